import Reactor

/// How Telegram slows down a client that asks for the same updates over and over, and one that fights with
/// another over them.
struct PollThrottle {
    private static let window = Duration.seconds(3)

    private var offset: Int64?
    private var started: Instant?
    private var nextConflict: Instant?

    /// Lengthens the wait of a getUpdates that repeats the last one's offset within 3 s, and within 0.5 s
    /// gives it one update only.
    mutating func slow(offset: Int64, timeout: inout Duration, limit: inout Int64, at now: Instant) {
        if let started, offset == self.offset {
            if now - started < Self.window { timeout = max(timeout, Self.window) }
            if now - started < .milliseconds(500) { limit = 1 }
        }
        self.offset = offset
        started = now
    }

    /// How long a 409 is held back, when the last one was less than 3 s ago.
    mutating func delayOfConflict(at now: Instant) -> Duration {
        if let nextConflict, now < nextConflict { return Self.window }
        nextConflict = now + Self.window
        return .zero
    }
}
