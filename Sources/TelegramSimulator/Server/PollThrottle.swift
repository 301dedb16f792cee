import Reactor

/// Telegram's throttling of a client that repeats the same getUpdates too quickly, or competes with another client.
struct PollThrottle {
    private static let window = Duration.seconds(3)

    private var offset: Int64?
    private var started: Instant?
    private var nextConflict: Instant?

    /// Throttles a getUpdates that repeats the last offset. Within 3 s, its timeout is at least 3 s; within 0.5 s, it
    /// also gets only one update.
    mutating func slow(offset: Int64, timeout: inout Duration, limit: inout Int64, at now: Instant) {
        if let started, offset == self.offset {
            if now - started < Self.window { timeout = max(timeout, Self.window) }
            if now - started < .milliseconds(500) { limit = 1 }
        }
        self.offset = offset
        started = now
    }

    /// How long to delay a 409 error: 3 s if another one was sent in the last 3 s.
    mutating func delayOfConflict(at now: Instant) -> Duration {
        if let nextConflict, now < nextConflict { return Self.window }
        nextConflict = now + Self.window
        return .zero
    }
}
