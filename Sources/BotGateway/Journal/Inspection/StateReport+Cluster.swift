import Glibc
import JSON

/// The state of gateways that share a journal at a server.
extension StateReport {
    /// What of the journal is whose.
    struct Cluster: Equatable {
        struct Shard: Equatable {
            /// -1 for the poll.
            let number: Int64
            let epoch: Int64
            /// The gateway that has it, host and process; nil if none has.
            let holder: String?
        }

        /// Those that run, by host and process.
        let gateways: [String]
        let shards: [Shard]

        /// The gateway that polls; nil if none does.
        var poller: String? { shards.first { $0.number < 0 }.flatMap { holder(of: $0) } }
        var held: [Shard] { shards.filter { $0.number >= 0 && holder(of: $0) != nil } }

        /// One that was killed still stands in the table until another takes the shard.
        func holder(of shard: Shard) -> String? {
            shard.holder.flatMap { gateways.contains($0) ? $0 : nil }
        }
    }

    /// Reads the state from the server.
    package init(of server: ClusterClient) throws(GatewayFailure) {
        now = JournalMetadata.now
        directory = server.address.place
        let facts = try server.rows("SELECT name, value FROM pipegram.fact")
        let values = Dictionary(
            uniqueKeysWithValues: facts.map { (facts.text($0, 0) ?? "", facts.text($0, 1) ?? "") })
        let number = { (name: String) in values[name].flatMap { Int64($0) } }
        (bot, username, offset) = (number("bot"), values["username"], number("offset"))
        let shards = try server.rows("SELECT id, epoch, holder FROM pipegram.shard ORDER BY id")
        let cluster = Cluster(
            gateways: try server.gateways(),
            shards: shards.map {
                .init(
                    number: shards.integer($0, 0) ?? 0, epoch: shards.integer($0, 1) ?? 0,
                    holder: shards.text($0, 2))
            })
        life = .cluster(cluster)
        started = nil
        scopes = try Self.scopes(server, isRunning: !cluster.gateways.isEmpty, now: now)
        deadLetters = DeadLetterCount(
            total: try server.number("SELECT count(*) FROM pipegram.dead_letter"), marked: 0)
        dropped = DroppedCount(notAllowed: number("not_allowed") ?? 0, tooOld: number("too_old") ?? 0)
        health = GatewayHealth(
            lastPoll: number("last_poll").flatMap { $0 > 0 ? $0 : nil },
            isPollFailing: number("poll_failing") == 1,
            pollErrors: Int(number("poll_errors") ?? 0), callErrors: Int(number("call_errors") ?? 0),
            isWebhook: false)
        let holds = try server.rows(
            "SELECT chat, until FROM pipegram.hold WHERE until > $1 ORDER BY until", ["\(now)"])
        self.holds = holds.map { [now] row in
            Hold(chat: holds.text(row, 0) ?? "", left: .milliseconds((holds.integer(row, 1) ?? now) - now))
        }
    }

    private static func scopes(
        _ server: ClusterClient, isRunning: Bool, now: Int64
    ) throws(GatewayFailure) -> [Entry] {
        var scopes: [String: Entry] = [:]
        let children = try server.rows("SELECT scope, pid, started FROM pipegram.child")
        for row in 0..<children.count where isRunning {
            let name = children.text(row, 0) ?? ""
            let age = Duration.milliseconds(max(0, now - (children.integer(row, 2) ?? now)))
            scopes[name] = Entry(scope: name, child: .init(pid: children.integer(row, 1) ?? 0, age: age))
        }
        for (table, count) in [("event", \Entry.events), ("call", \Entry.calls)] {
            let counts = try server.rows("SELECT scope, count(*) FROM pipegram.\(table) GROUP BY scope")
            for row in 0..<counts.count {
                let name = counts.text(row, 0) ?? ""
                scopes[name, default: Entry(scope: name)][keyPath: count] = Int(counts.integer(row, 1) ?? 0)
            }
        }
        let first = try server.rows(
            "SELECT DISTINCT ON (scope) scope, line FROM pipegram.call ORDER BY scope, key")
        for row in 0..<first.count {
            scopes[first.text(row, 0) ?? ""]?.firstCall =
                (try? JSON(parsing: first.bytes(row, 1)))?["type"]?.string
        }
        return scopes.values.sorted { $0.rank < $1.rank }
    }
}
