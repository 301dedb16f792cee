/// Dead letters that someone has marked to be tried again.
extension DiskJournal {
    /// Makes events of them, at the end of their scopes: each once, however the gateway ends.
    ///
    /// - Parameter stored: called once they are safe; not at all where none is marked.
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
            log.error("dead letters can't be read: \(error)")
        }
    }

    /// The same before the first event is delivered: they are among those that an earlier run left.
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

    /// The keys of those that are marked, and the events that they become.
    private func markedDeadLetters() throws(DatabaseError) -> (keys: [Int64], events: [IncomingEvent]) {
        let marked = try database.prepare(
            "SELECT key, scope, update_id, line FROM dead_letters WHERE retry <> 0 ORDER BY key")
        var keys: [Int64] = []
        var events: [IncomingEvent] = []
        // While the disk is full they are still there, and already on their way.
        let underWay = Set(commit.changes.events.revived)
        while try marked.step() {
            guard let key = marked.integer(0), let updateID = marked.integer(2), !underWay.contains(key)
            else { continue }
            guard let scope = marked.text(1).flatMap(Scope.init) else {
                log.error(
                    "a dead letter of the scope '\(marked.text(1) ?? "")' can't be read, and is left alone")
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
