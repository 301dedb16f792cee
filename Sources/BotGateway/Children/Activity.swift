import Reactor

/// Decides when a child counts as idle or as hung.
struct Activity {
    /// When something was last read or written.
    private(set) var last = Instant.current
    private(set) var lastGiven = Instant.current
    /// Whether the child has written no call since then.
    private var awaitsCall = false
    private var keepAliveUntil: Instant?
    /// The longest that the child worked on a single event.
    private var slowest = Duration.zero

    mutating func touch(_ now: Instant) { last = now }

    mutating func gave(_ now: Instant) {
        last = now
        lastGiven = .current
        awaitsCall = true
    }

    /// The child has written a call. Returns how long after its last event, if it is the first one.
    mutating func called() -> Duration? {
        guard awaitsCall else { return nil }
        awaitsCall = false
        return .current - lastGiven
    }

    mutating func childStarted() { slowest = .zero }

    mutating func keepAlive(until end: Instant) { keepAliveUntil = end }

    /// When the child becomes idle if nothing happens until then.
    ///
    /// - Parameter isQuiet: nothing is read, written or waiting.
    func idleEnd(after idle: Duration, isQuiet: Bool) -> Instant {
        max(isQuiet ? last + idle : .current + idle, keepAliveUntil ?? last)
    }

    /// The child has finished a single event and reads again.
    mutating func cameBack() { slowest = max(slowest, .current - lastGiven) }

    /// How long a child may take for `events` events given in one go, based on its slowest single event.
    func hangTimeout(_ grace: Duration, events: Int) -> Duration {
        grace + slowest * (events > 1 ? 4 * events : 0)
    }
}
