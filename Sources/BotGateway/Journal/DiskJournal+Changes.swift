import JSON
import Reactor

/// Queues changes for the next commit.
extension DiskJournal {
    package func append(
        _ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void
    ) {
        var events = events
        for index in events.indices { events[index].key = makeKey() }
        commit.add {
            $0.events.appended += events
            if let offset { $0.metadata.offset = offset }
            if notesUpdates { $0.metadata.taken += events.map(\.updateID) }
        } then: { [server] in
            // With a server, they arrive where their shard is held.
            stored(server == nil ? events : [])
        }
    }

    package func acknowledge(_ event: IncomingEvent) {
        guard holds(event) else { return }
        commit.add { $0.events.acknowledged.append(event.key) }
    }

    package func requeue(_ event: IncomingEvent) {
        guard holds(event) else { return }
        commit.add { $0.events.requeued.append((event.key, event.deaths)) }
    }

    package func deadLetter(_ event: IncomingEvent, because reason: String) {
        guard holds(event) else { return }
        commit.add { $0.events.deadLettered.append((event, reason)) }
    }

    package func add(_ call: Call, for scope: Scope) -> Int64 {
        let key = makeKey()
        commit.add { $0.calls.added[key] = (call, scope) }
        return key
    }

    package func remove(call key: Int64) {
        guard holds(call: key) else { return }
        commit.add {
            // An answered call whose insertion isn't committed yet needn't be stored at all.
            if $0.calls.added.removeValue(forKey: key) == nil { $0.calls.answered.append(key) }
        }
    }

    package func setState(_ state: JSON?, of scope: Scope) {
        commit.add { $0.states[scope] = .some(state) }
    }

    package func childStarted(_ scope: Scope, pid: Int32) {
        commit.add { $0.children[scope] = .some((pid, JournalMetadata.now)) }
    }

    package func childEnded(_ scope: Scope) {
        commit.add { $0.children[scope] = .some(nil) }
    }

    /// Stores how long a chat is rate-limited, for the next start.
    package func hold(_ chat: String, for wait: Duration) {
        commit.add { $0.holds[chat] = JournalMetadata.now + wait.milliseconds }
    }

    /// Stores the new id of a group that became a supergroup.
    package func migrate(_ old: Int64, to new: Int64) {
        commit.add { $0.migrations[old] = new }
    }

    /// Stores how many updates were dropped since the start, for `pipegram status`.
    ///
    /// - Parameter offset: where the source continues after them; nil if `append` stores it with the rest of the batch.
    package func setDropped(notAllowed: Int, tooOld: Int, offset: Int64?) {
        commit.add {
            $0.metadata.dropped = (notAllowed, tooOld)
            if let offset { $0.metadata.offset = offset }
        }
    }

    /// Stores how the gateway gets on with Telegram, for `pipegram status`.
    package func setHealth(_ health: GatewayHealth) {
        commit.add { $0.metadata.health = health }
    }

    /// Stores the bot's username, for `pipegram status`.
    package func setBot(username: String) {
        commit.add { $0.metadata.username = username }
    }

    /// Stores which scopes the gateway has, for a `pipegram tell` after its end.
    package func setScopes(by choice: ScopeChoice) {
        commit.add { $0.metadata.scopes = choice }
    }
}
