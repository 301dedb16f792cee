/// Keeps scheduled events until they are due.
extension DiskJournal {
    package func schedule(_ wake: Wake) {
        commit.add { $0.wakes.append(.scheduled(wake)) }
    }

    package func forgetWakes(of scope: Scope) {
        commit.add { $0.wakes.append(.forgotten(scope)) }
    }

    package func nextWake() throws(JournalReadError) -> Int64? {
        try readingWakes { () throws(DatabaseError) in
            let next = statements.wakes.next
            defer { next.reset() }
            return try next.step() ? next.integer(0) : nil
        }
    }

    package func takeWakes(
        until now: Int64, then stored: @escaping ([IncomingEvent]) -> Void
    ) throws(JournalReadError) {
        let due = try readingWakes { () throws(DatabaseError) in try dueWakes(now) }
        guard !due.isEmpty else { return stored([]) }
        // With a server, the server makes the events, and they arrive like others.
        let events = server == nil ? due.map { $0.event(key: makeKey()) } : []
        commit.add {
            $0.wakes += due.map { .taken(scope: $0.scope, at: $0.at) }
            $0.events.appended += events
        } then: {
            stored(events)
        }
    }

    /// Commits before it reads: changes in memory may replace or forget what is stored.
    private func readingWakes<Result>(
        _ read: () throws(DatabaseError) -> Result
    ) throws(JournalReadError) -> Result {
        commit.flush()
        guard commit.changes.wakes.isEmpty else { throw JournalReadError() }
        do throws(DatabaseError) {
            return try read()
        } catch {
            throw failedToRead(error)
        }
    }

    private func dueWakes(_ now: Int64) throws(DatabaseError) -> [Wake] {
        let due = statements.wakes.due
        due.bind(0, now)
        var wakes: [Wake] = []
        while try due.step() {
            guard let name = due.text(0), let at = due.integer(1), let scope = Scope(name) else { continue }
            wakes.append(Wake(scope, at: at, members: due.bytes(2)))
        }
        return wakes
    }
}
