/// How far the events and calls of an earlier run have been taken up.
struct RecoveryProgress {
    /// The journal may name more scopes.
    private var hasMoreScopes = false
    /// How many calls of an earlier run go out before a scope's events.
    private var calls: [Scope: Int] = [:]

    mutating func begin() { hasMoreScopes = true }

    var isDone: Bool { !hasMoreScopes }

    /// Taking up scopes asks for room, and so comes here again: until `begin` no more are read.
    ///
    /// - Returns: false when there is nothing to read now.
    mutating func pause() -> Bool {
        defer { hasMoreScopes = false }
        return hasMoreScopes
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
