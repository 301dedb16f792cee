import JSON
import Reactor

/// What changes in the journal, with the next commit.
extension DiskJournal {
    package func append(
        _ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void
    ) {
        var events = events
        for index in events.indices {
            events[index].key = nextKey
            nextKey += 1
        }
        pending.events += events
        pending.offset = offset ?? pending.offset
        waiting.append { stored(events) }
        commitSoon()
    }

    package func acknowledge(_ event: IncomingEvent) {
        pending.acknowledged.append(event.key)
        commitLater()
    }

    package func requeue(_ event: IncomingEvent) {
        pending.given.append((event.key, event.deaths))
        commitLater()
    }

    package func deadLetter(_ event: IncomingEvent, because reason: String) {
        pending.deadLettered.append((event, reason))
        commitLater()
    }

    package func add(_ call: Call, for scope: Scope) -> Int64 {
        let key = nextKey
        nextKey += 1
        pending.calls[key] = (call, scope)
        commitLater()
        return key
    }

    package func remove(call key: Int64) {
        // One that was answered before it came to the disk needn't go there.
        if pending.calls.removeValue(forKey: key) == nil { pending.answered.append(key) }
        commitLater()
    }

    package func setState(_ state: JSON?, of scope: Scope) {
        pending.states[scope] = .some(state)
        commitLater()
    }

    package func childStarted(_ scope: Scope, pid: Int32) {
        pending.children[scope] = .some((pid, JournalMetadata.now))
        commitLater()
    }

    package func childEnded(_ scope: Scope) {
        pending.children[scope] = .some(nil)
        commitLater()
    }

    /// Telegram told a chat to wait.
    package func hold(_ chat: String, for wait: Duration) {
        pending.holds[chat] = JournalMetadata.now + wait.milliseconds
        commitLater()
    }

    /// A group has a new id.
    package func migrate(_ old: Int64, to new: Int64) {
        pending.migrations[old] = new
        commitLater()
    }

    /// How many updates were dropped since the start, for those who look at the state from outside.
    ///
    /// - Parameter offset: where the source goes on behind them; nil when that was said with others.
    package func noteDropped(notAllowed: Int, tooOld: Int, offset: Int64?) {
        pending.dropped = (notAllowed, tooOld)
        pending.offset = offset ?? pending.offset
        commitLater()
    }

    /// The bot's name, for those who look at the state from outside.
    package func noteBot(username: String) {
        pending.username = username
        commitLater()
    }
}
