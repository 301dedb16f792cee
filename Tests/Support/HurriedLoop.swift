import Reactor

extension EventLoop {
    /// Runs until `condition` holds, while the clock of timers is moved ahead: a second takes 4 ms.
    ///
    /// What libcurl times, such as a request's timeout, takes as long as ever.
    package func hurry(until condition: () -> Bool) -> Bool {
        for _ in 0..<2500 {
            if run(until: condition, within: .milliseconds(2)) { return true }
            Instant.moveAhead(by: .milliseconds(500))
        }
        return false
    }
}

extension Instant {
    /// Timers that are due by then run in the next turn of their loop.
    package static func moveAhead(by duration: Duration) { ahead += duration.nanoseconds }
}
