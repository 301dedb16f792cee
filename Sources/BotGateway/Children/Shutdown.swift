/// The stages of a shutdown, which only advances.
package enum Shutdown: Int, Comparable {
    case none
    /// No new events are accepted. Each child gets its waiting events and then ends.
    case draining
    /// The time for that has passed. Waiting events stay in a durable journal, and children are ended without the
    /// results of their calls.
    case hurrying
    /// Children are killed, and waiting events aren't delivered.
    case killing

    package static func < (left: Shutdown, right: Shutdown) -> Bool { left.rawValue < right.rawValue }

    /// - Returns: false if the stage was already reached.
    mutating func advance(to stage: Shutdown) -> Bool {
        guard stage > self else { return false }
        self = stage
        return true
    }
}
