import JSON

/// One commit's changes as the JSON that the server's `pipegram.commit` reads.
enum ClusterChanges {
    /// - Parameter held: the shards that the gateway held when the changes were made, with their epochs.
    static func json(_ changes: JournalChanges, held: [Int: Int64]) -> JSON {
        var json: JSON = [:]
        json.set("held", JSON(held.map { ["id": JSON($0.key), "epoch": JSON($0.value)] as JSON }))
        addEvents(changes.events, to: &json)
        add(
            changes.calls.added.sorted { $0.key < $1.key }.map { key, added in
                item(added.scope, ["key": JSON(key), "line": text(added.call.line.bytes)])
            }, to: &json, as: "calls")
        add(changes.calls.answered.map { JSON($0) }, to: &json, as: "answered")
        add(
            changes.states.map { scope, state in item(scope, ["value": state.map { text($0.bytes) } ?? .null])
            },
            to: &json, as: "states")
        add(changes.wakes.map(wake), to: &json, as: "wakes")
        add(
            changes.children.map { scope, child in
                item(
                    scope,
                    [
                        "pid": child.map { JSON($0.pid) } ?? .null,
                        "started": child.map { JSON($0.started) } ?? .null,
                    ])
            }, to: &json, as: "children")
        add(changes.holds.map { ["chat": JSON($0), "until": JSON($1)] }, to: &json, as: "holds")
        add(changes.migrations.map { ["old": JSON($0), "new": JSON($1)] }, to: &json, as: "moved")
        let facts = facts(changes.metadata)
        if facts.count > 0 { json.set("facts", facts) }
        return json
    }

    private static func addEvents(_ events: JournalChanges.Events, to json: inout JSON) {
        add(events.appended.map(update), to: &json, as: "updates")
        add(events.acknowledged.map { JSON($0) }, to: &json, as: "acknowledged")
        add(events.requeued.map { ["key": JSON($0), "deaths": JSON($1)] }, to: &json, as: "requeued")
        let now = JSON(JournalMetadata.now)
        add(
            events.deadLettered.map { ["key": JSON($0.key), "reason": JSON($1), "died": now] },
            to: &json, as: "dead_letters")
    }

    private static func update(_ event: IncomingEvent) -> JSON {
        var update = item(event.scope, ["update_id": JSON(event.updateID), "line": text(event.line)])
        if event.isRedelivered { update.set("redelivered", true) }
        return update
    }

    private static func wake(_ change: JournalChanges.WakeChange) -> JSON {
        switch change {
        case .scheduled(let wake): item(wake.scope, ["at": JSON(wake.at), "members": text(wake.members)])
        case .taken(let scope, let at): item(scope, ["at": JSON(at), "due": true])
        case .forgotten(let scope): item(scope, ["due": false])
        }
    }

    private static func facts(_ metadata: JournalChanges.Metadata) -> JSON {
        var facts: JSON = [:]
        if let offset = metadata.offset { facts.set("offset", JSON(offset)) }
        if let username = metadata.username { facts.set("username", JSON(username)) }
        if let dropped = metadata.dropped {
            facts.set("not_allowed", JSON(dropped.notAllowed))
            facts.set("too_old", JSON(dropped.tooOld))
        }
        if let health = metadata.health {
            facts.set("last_poll", JSON(health.lastPoll ?? 0))
            facts.set("poll_failing", JSON(health.isPollFailing ? 1 : 0))
            facts.set("poll_errors", JSON(health.pollErrors))
            facts.set("call_errors", JSON(health.callErrors))
        }
        return facts
    }

    private static func item(_ scope: Scope, _ members: JSON) -> JSON {
        var item = members
        item.set("shard", JSON(scope.shard))
        item.set("scope", JSON(scope.description))
        return item
    }

    private static func text(_ bytes: [UInt8]) -> JSON { JSON(String(decoding: bytes, as: UTF8.self)) }

    private static func add(_ items: [JSON], to json: inout JSON, as name: String) {
        if !items.isEmpty { json.set(name, JSON(items)) }
    }
}
