/// The server that stores the commits of a journal which gateways on several machines share.
package protocol JournalServer: AnyObject {
    /// For messages.
    var place: String { get }
    /// Adds changes to the next commit. Those of shards that the gateway doesn't hold any more are ignored.
    func add(_ changes: JournalChanges)
    /// Commits what was added. `stored` isn't called if the gateway loses the server first.
    func commit(then stored: @escaping () -> Void)
    /// A commit is on its way.
    var isCommitting: Bool { get }
    /// The last commit failed; it is tried again.
    var isFailing: Bool { get }
    /// The server has lately confirmed that the gateway's shards are still its own.
    var isCertain: Bool { get }
    /// Makes the last commit, and gives all shards back.
    ///
    /// - Parameter clean: no child may still hold an event.
    func close(clean: Bool)
}

/// A shard as it is when a gateway takes it.
struct TakenShard {
    let epoch: Int64
    /// Keys of new calls are higher than this.
    let lastKey: Int64
    /// Of the poll's.
    var offset: Int64?
    var calls: [(key: Int64, scope: String, line: [UInt8])] = []
    var states: [(scope: String, value: [UInt8])] = []
    var wakes: [(scope: String, at: Int64, members: [UInt8])] = []
    /// The rate-limited chats of all shards, and the groups that became supergroups.
    var holds: [(chat: String, until: Int64)] = []
    var moved: [(old: Int64, new: Int64)] = []
}
