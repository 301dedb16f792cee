import BotGateway
import Reactor

/// Connects a gateway with its cluster: shards come and go, and it polls while it is elected.
@MainActor final class ClusterRunner: ClusterMember {
    private let cluster: Cluster
    private let gateway: Gateway
    private let caller: TelegramCaller
    private let source: ElectedPoller
    private let health: HealthRecorder
    private let journal: DiskJournal
    private let username: String?

    init(
        _ cluster: Cluster, _ gateway: Gateway, _ caller: TelegramCaller, _ source: ElectedPoller,
        _ health: HealthRecorder, keepingIn journal: DiskJournal, username: String?
    ) {
        (self.journal, self.username) = (journal, username)
        (self.cluster, self.gateway, self.caller, self.source) = (cluster, gateway, caller, source)
        self.health = health
        caller.maySend = { [cluster] in cluster.isCertain }
        cluster.member = self
        cluster.start()
    }

    func shardTaken(
        _ calls: [RecoveredCall], holds: [(chat: String, left: Duration)], moved: [(old: Int64, new: Int64)]
    ) {
        for (chat, left) in holds { caller.hold(chat, for: left) }
        for (old, new) in moved { caller.migrate(old, to: new) }
        gateway.take(calls)
    }

    func eventsArrived(_ events: [IncomingEvent]) { gateway.deliver(events) }

    func shardsLost(_ shards: Set<Int>) {
        gateway.revoke(shards)
        caller.drop { shards.contains($0.shard) }
    }

    func drain(_ shards: Set<Int>) { gateway.drain(shards) }

    /// A call that has to wait, as for a rate limit, doesn't hold a shard back: the next holder sends it.
    func hasLeft(_ shard: Int) -> Bool {
        gateway.hasLeft(shard) { caller.isInFlight(in: $0) }
    }

    func elected(from offset: Int64?) {
        source.elect(from: offset)
        if let username { journal.setBot(username: username) }
        health.report()
    }

    func deposed() { source.depose() }

    func confirmed() {
        source.confirmed()
        caller.resume()
    }
}
