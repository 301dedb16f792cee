/// How far the end of all children has come. It goes forward only.
package enum Shutdown: Int, Comparable {
    case none
    /// No more events come: each child gets what waits for it, and then ends.
    case draining
    /// The time for that is over: what waits is left to a durable journal, and a child is told to go without the
    /// results of its calls.
    case hurrying
    /// Each child is killed, and what waits isn't delivered.
    case killing

    package static func < (left: Shutdown, right: Shutdown) -> Bool { left.rawValue < right.rawValue }

    /// - Returns: false when that stage is reached already.
    mutating func advance(to stage: Shutdown) -> Bool {
        guard stage > self else { return false }
        self = stage
        return true
    }
}
