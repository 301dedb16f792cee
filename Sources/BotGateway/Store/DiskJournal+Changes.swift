import JSON
import Reactor

/// What changes in the journal, with the next commit.
extension DiskJournal {
    public func append(
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

    public func acknowledge(_ event: IncomingEvent) {
        pending.acknowledged.append(event.key)
        commitLater()
    }

    public func requeue(_ event: IncomingEvent) {
        pending.given.append((event.key, event.deaths))
        commitLater()
    }

    public func deadLetter(_ event: IncomingEvent, because reason: String) {
        pending.deadLettered.append((event, reason))
        commitLater()
    }

    public func add(_ call: Call, for scope: Scope) -> Int64 {
        let key = nextKey
        nextKey += 1
        pending.calls[key] = (call, scope)
        commitLater()
        return key
    }

    public func remove(call key: Int64) {
        // One that was answered before it came to the disk needn't go there.
        if pending.calls.removeValue(forKey: key) == nil { pending.answered.append(key) }
        commitLater()
    }

    public func setState(_ state: JSON?, of scope: Scope) {
        pending.states[scope] = .some(state)
        commitLater()
    }

    public func childStarted(_ scope: Scope, pid: Int32) {
        pending.children[scope] = .some((pid, JournalMetadata.now))
        commitLater()
    }

    public func childEnded(_ scope: Scope) {
        pending.children[scope] = .some(nil)
        commitLater()
    }

    /// Telegram told a chat to wait.
    public func hold(_ chat: String, for wait: Duration) {
        pending.holds[chat] = JournalMetadata.now + wait.milliseconds
        commitLater()
    }

    /// A group has a new id.
    public func migrate(_ old: Int64, to new: Int64) {
        pending.migrations[old] = new
        commitLater()
    }

    /// How many updates were dropped since the start, for those who look at the state from outside.
    ///
    /// - Parameter offset: where the source goes on behind them; nil when that was said with others.
    public func noteDropped(notAllowed: Int, tooOld: Int, offset: Int64?) {
        pending.dropped = (notAllowed, tooOld)
        pending.offset = offset ?? pending.offset
        commitLater()
    }

    /// The bot's name, for those who look at the state from outside.
    public func noteBot(username: String) {
        pending.username = username
        commitLater()
    }
}
