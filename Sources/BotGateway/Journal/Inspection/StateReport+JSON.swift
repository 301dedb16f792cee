import JSON

/// The report for programs. docs/operations.md lists the keys.
extension StateReport {
    package var json: JSON {
        var stopped: Int64?
        var pid: Int32?
        switch life {
        case .running(let running): pid = running
        case .stopped(let end): stopped = end / 1000
        case .killed, .copied: break
        case .cluster(let cluster): return json(of: cluster)
        }
        return json(pid: pid, stopped: stopped)
    }

    /// With the gateways and shards instead of a process.
    private func json(of cluster: Cluster) -> JSON {
        var json = json(pid: nil, stopped: nil)
        json.set("running", JSON(!cluster.gateways.isEmpty))
        json.set("gateways", JSON(cluster.gateways.map { JSON($0) }))
        json.set("poller", cluster.poller.map { JSON($0) } ?? .null)
        json.set(
            "shards",
            JSON(
                cluster.shards.filter { $0.number >= 0 }.map { shard in
                    [
                        "shard": JSON(shard.number), "epoch": JSON(shard.epoch),
                        "holder": cluster.holder(of: shard).map { JSON($0) } ?? .null,
                    ]
                }))
        return json
    }

    private func json(pid: Int32?, stopped: Int64?) -> JSON {
        [
            "bot_id": Self.json(bot), "bot_username": username.map { JSON($0) } ?? .null,
            "state": directory.map { JSON($0) } ?? .null, "running": JSON(pid != nil),
            "pid": Self.json(pid), "started_at": Self.json(started.map { $0 / 1000 }),
            "stopped_at": Self.json(stopped), "uptime_seconds": Self.json(uptime?.components.seconds),
            "polling": JSON(isPolling), "last_poll_at": Self.json(health.lastPoll),
            "webhook": JSON(health.isWebhook), "poll_errors": JSON(health.pollErrors),
            "call_errors": JSON(health.callErrors),
            "offset": Self.json(offset), "events": JSON(Self.sum(scopes, \.events)),
            "calls": JSON(Self.sum(scopes, \.calls)), "children": JSON(withChild.map(Self.json)),
            "waiting": JSON(withoutChild.map(Self.json)), "dead_letters": JSON(deadLetters.total),
            "dead_letters_marked": JSON(deadLetters.marked), "dropped_not_allowed": JSON(dropped.notAllowed),
            "dropped_too_old": JSON(dropped.tooOld), "paired_users": Self.json(paired?.count),
            "holds": JSON(
                holds.map { hold in
                    ["chat": JSON(hold.chat), "seconds_left": JSON(hold.left.components.seconds)]
                }),
        ]
    }

    private static func json(_ number: (some BinaryInteger)?) -> JSON { number.map { JSON($0) } ?? .null }

    private static func json(_ scope: Entry) -> JSON {
        var json: JSON = ["scope": JSON(scope.scope)]
        if let child = scope.child {
            json.set("pid", JSON(child.pid))
            json.set("age_seconds", JSON(child.age.components.seconds))
        }
        json.set("events", JSON(scope.events))
        json.set("calls", JSON(scope.calls))
        if let call = scope.firstCall { json.set("first_call", JSON(call)) }
        return json
    }
}
