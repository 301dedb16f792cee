/// Redelivers the dead letters that `pipegram dead-letters --retry` marked.
extension DiskJournal {
    /// Turns the marked dead letters into events, the last ones of their scopes. One commit does both, so that each is
    /// redelivered exactly once even if the gateway is killed.
    ///
    /// - Parameter stored: called after the commit; not called if no dead letter is marked.
    package func revive(then stored: @escaping ([IncomingEvent]) -> Void) {
        do throws(DatabaseError) {
            let (keys, events) = try markedDeadLetters()
            guard !events.isEmpty else { return }
            commit.add {
                $0.events.appended += events
                $0.events.revived += keys
            } then: {
                stored(events)
            }
        } catch {
            log.error("can't read the dead letters: \(error)")
        }
    }

    /// Like `revive`, but before the first delivery: recovery finds these events among those of the earlier run.
    func reviveBeforeStart() throws(DatabaseError) {
        let (keys, events) = try markedDeadLetters()
        guard !events.isEmpty else { return }
        database.wait(upTo: Self.patience)
        defer { database.wait(upTo: .zero) }
        try commit.write {
            $0.events.appended += events
            $0.events.revived += keys
        }
    }

    /// The keys of the marked dead letters, and the events made from them.
    private func markedDeadLetters() throws(DatabaseError) -> (keys: [Int64], events: [IncomingEvent]) {
        let marked = try database.prepare(
            "SELECT key, scope, update_id, line FROM dead_letters WHERE retry <> 0 ORDER BY key")
        var keys: [Int64] = []
        var events: [IncomingEvent] = []
        // While the disk is full, revived dead letters stay in the table: skip those that the next commit deletes.
        let underWay = Set(commit.changes.events.revived)
        while try marked.step() {
            guard let key = marked.integer(0), let updateID = marked.integer(2), !underWay.contains(key)
            else { continue }
            guard let scope = marked.text(1).flatMap(Scope.init) else {
                log.error(
                    "skipped a dead letter of scope '\(marked.text(1) ?? "")', which can't be read")
                continue
            }
            var event = IncomingEvent(updateID: updateID, scope: scope, line: marked.bytes(3))
            event.key = makeKey()
            event.isRedelivered = true
            events.append(event)
            keys.append(key)
        }
        return (keys, events)
    }
}
