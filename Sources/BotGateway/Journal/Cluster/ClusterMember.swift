/// The gateway of a cluster, as its journal sees it: what it does when it gets or loses shards.
package protocol ClusterMember: AnyObject {
    /// It got a shard: sends the calls that another gateway, or an earlier run, left unanswered. The events follow.
    func shardTaken(
        _ calls: [RecoveredCall], holds: [(chat: String, left: Duration)], moved: [(old: Int64, new: Int64)])
    /// Events of its shards are stored.
    func eventsArrived(_ events: [IncomingEvent])
    /// Shards are another's now: kills their children, and drops their calls.
    func shardsLost(_ shards: Set<Int>)
    /// Ends their children between two events, and starts no more.
    func drain(_ shards: Set<Int>)
    /// Whether none of a leaving shard's scopes has a child, or a call in flight.
    func hasLeft(_ shard: Int) -> Bool
    /// It is the one that polls, from this offset.
    func elected(from offset: Int64?)
    /// It must not poll any more.
    func deposed()
    /// The server has answered.
    func confirmed()
}
