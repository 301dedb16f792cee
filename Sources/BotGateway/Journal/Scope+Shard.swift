import Reactor

extension Scope {
    /// A number from 0 to `count` - 1, the same for a scope for ever: another function would move the scopes to other
    /// shards.
    func shard(of count: UInt64) -> UInt64 {
        let hash = Checksum(of: Array(description.utf8)).value
        // Its low bits are the weakest.
        return (hash ^ hash >> 32) % count
    }

    /// The number of shards of a journal that several gateways share. It can't change, for it says where scopes are.
    static let shardCount = 16

    /// The scope's shard of such a journal.
    package var shard: Int { Int(shard(of: UInt64(Self.shardCount))) }
}
