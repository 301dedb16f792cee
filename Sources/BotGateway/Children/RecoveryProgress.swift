/// The progress of recovering the events and calls of an earlier run.
struct RecoveryProgress {
    /// The journal may have more scopes.
    private var hasMoreScopes = false
    /// The number of unanswered calls of an earlier run, by scope. They delay the scope's events.
    private var calls: [Scope: Int] = [:]

    mutating func begin() { hasMoreScopes = true }

    var isDone: Bool { !hasMoreScopes }

    /// Recovering scopes fills the slots, which recovers scopes again. This stops the recursion until `begin`.
    ///
    /// - Returns: false if there is nothing to read now.
    mutating func pause() -> Bool {
        defer { hasMoreScopes = false }
        return hasMoreScopes
    }

    func isHeld(_ scope: Scope) -> Bool { calls[scope] != nil }

    mutating func hold(_ scope: Scope) { calls[scope, default: 0] += 1 }

    /// The scope is another gateway's now.
    mutating func forget(_ scope: Scope) { calls[scope] = nil }

    /// - Returns: true if that was the last call.
    mutating func release(_ scope: Scope) -> Bool {
        let left = (calls[scope] ?? 1) - 1
        calls[scope] = left == 0 ? nil : left
        return left == 0
    }
}
