/// The events that a killed run may have given to a child: the first few of each scope.
struct PossiblyDelivered {
    /// The key of the last event in doubt.
    let through: Int64
    /// The most events in doubt per scope.
    let count: Int
    /// The scopes whose events were partly read, and how many of their next ones are in doubt.
    private var left: [Scope: Int] = [:]

    init(through: Int64, count: Int) { (self.through, self.count) = (through, count) }

    /// Marks those of a scope's next events that are in doubt.
    ///
    /// - Parameter areFirst: no events of the scope were read before.
    mutating func mark(_ events: inout [IncomingEvent], of scope: Scope, areFirst: Bool) {
        guard through > 0, let doubtful = areFirst ? count : left[scope] else { return }
        for index in events.indices.prefix(doubtful) where events[index].key <= through {
            events[index].isRedelivered = true
        }
        left[scope] = doubtful > events.count ? doubtful - events.count : nil
    }
}
