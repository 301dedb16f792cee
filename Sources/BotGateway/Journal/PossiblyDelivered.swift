/// Which events an earlier run, that was killed, may have given to a child: the first ones of each scope.
struct PossiblyDelivered {
    /// Up to this event nobody knows.
    let through: Int64
    /// So many of a scope at most.
    let count: Int
    /// Scopes of which some were read, and how many more are in doubt.
    private var left: [Scope: Int] = [:]

    init(through: Int64, count: Int) { (self.through, self.count) = (through, count) }

    /// Marks those in doubt among a scope's next events.
    ///
    /// - Parameter areFirst: none of the scope were read before.
    mutating func mark(_ events: inout [IncomingEvent], of scope: Scope, areFirst: Bool) {
        guard through > 0, let doubtful = areFirst ? count : left[scope] else { return }
        for index in events.indices.prefix(doubtful) where events[index].key <= through {
            events[index].isRedelivered = true
        }
        left[scope] = doubtful > events.count ? doubtful - events.count : nil
    }
}
