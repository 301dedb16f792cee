import JSON

/// An event that the operator puts into a scope with `pipegram tell`.
package struct Told {
    package let scope: Scope
    /// The members of its line behind `update_id`, as an object.
    private let members: [UInt8]

    /// The largest value, in bytes.
    nonisolated package static let limit = OutgoingEvent.stateLimit

    /// Nil for a value over the limit.
    package init?(_ value: JSON, to scope: Scope) {
        var members: JSON = ["value": value]
        guard members.bytes.count <= Self.limit + #"{"value":}"#.utf8.count else { return nil }
        if let (key, party) = scope.party { members.set(key, party) }
        (self.scope, self.members) = (scope, members.bytes)
    }

    /// - Parameter key: its key in the journal.
    func event(key: Int64) -> IncomingEvent {
        IncomingEvent(own: "telegram.told", members, key: key, of: scope)
    }
}
