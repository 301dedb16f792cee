/// How far the events and calls of an earlier run have been taken up.
struct RecoveryProgress {
    /// The journal may name more scopes.
    private var hasMoreScopes = false
    /// How many calls of an earlier run go out before a scope's events.
    private var calls: [Scope: Int] = [:]

    mutating func begin() { hasMoreScopes = true }

    var isDone: Bool { !hasMoreScopes }

    /// The next scopes, from `read`; while they are taken up no more are read, for that asks for room again.
    mutating func readScopes<Scopes>(_ read: () -> Scopes?) -> Scopes? {
        guard hasMoreScopes else { return nil }
        hasMoreScopes = false
        return read()
    }

    func isHeld(_ scope: Scope) -> Bool { calls[scope] != nil }

    mutating func hold(_ scope: Scope) { calls[scope, default: 0] += 1 }

    /// - Returns: true when that was the last call.
    mutating func release(_ scope: Scope) -> Bool {
        let left = (calls[scope] ?? 1) - 1
        calls[scope] = left == 0 ? nil : left
        return left == 0
    }
}
