/// The shards that go to another gateway of a cluster.
struct ShardMoves {
    /// No child is started for these shards' scopes.
    var leaving: Set<Int> = []
    /// The sessions of lost shards whose children are being killed.
    var revoked: [ChildSession] = []

    func isLeaving(_ scope: Scope) -> Bool { !leaving.isEmpty && leaving.contains(scope.shard) }
}
