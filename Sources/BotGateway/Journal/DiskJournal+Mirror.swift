import JSON

/// Mirrors the shards that this gateway holds. Changes to another shard are ignored: it was lost meanwhile.
extension DiskJournal {
    /// Writes all changes here, and gives them to the server's next commit.
    func flush() { commit.flush() }

    /// Takes over a shard's calls, states and scheduled events; its events follow.
    ///
    /// - Returns: the calls that were left unanswered.
    func load(_ shard: TakenShard) -> [RecoveredCall] {
        nextKey = max(nextKey, shard.lastKey + 1)
        writeHere { () throws(DatabaseError) in
            for (chat, until) in shard.holds {
                try insert("holds", "?, ?", chat) { $0.bind(1, until) }
            }
            for (old, new) in shard.moved {
                try database.execute("INSERT OR REPLACE INTO migrations VALUES (\(old), \(new))")
            }
            for (scope, value) in shard.states { try insert("states", "?, ?", scope) { $0.bind(1, value) } }
            for (scope, at, members) in shard.wakes {
                try insert("wakes", "?, \(at), ?", scope) { $0.bind(1, members) }
            }
            for (key, scope, line) in shard.calls {
                try insert("calls", "\(key), ?, ?", scope) { $0.bind(1, line) }
            }
        }
        return shard.calls.compactMap { recovered(key: $0.key, scope: $0.scope, line: $0.line) }
    }

    /// Takes over stored events.
    func load(_ events: [IncomingEvent]) {
        guard !events.isEmpty else { return }
        var changes = JournalChanges()
        changes.events.appended = events
        do throws(DatabaseError) {
            try statements.commit(changes)
        } catch {
            fail(error)
        }
    }

    /// Forgets what it has of shards that it doesn't hold any more.
    func drop(_ shards: Set<Int>) {
        writeHere { () throws(DatabaseError) in
            for table in ["events", "calls", "states", "wakes", "children"] {
                let names = try database.prepare("SELECT DISTINCT scope FROM \(table)")
                var lost: [String] = []
                while try names.step() {
                    if let name = names.text(0), Scope(name).map({ shards.contains($0.shard) }) ?? true {
                        lost.append(name)
                    }
                }
                let delete = try database.prepare("DELETE FROM \(table) WHERE scope = ?")
                for name in lost {
                    delete.bind(0, name)
                    try delete.run()
                }
            }
        }
    }

    /// Whether an event is still this gateway's.
    func holds(_ event: IncomingEvent) -> Bool { server == nil || isStored(event.key, in: "events") }

    func holds(call key: Int64) -> Bool {
        server == nil || commit.changes.calls.added[key] != nil || isStored(key, in: "calls")
    }

    private func isStored(_ key: Int64, in table: String) -> Bool {
        (try? database.integer("SELECT 1 FROM \(table) WHERE key = \(key)")) == 1
    }

    private func insert(
        _ table: String, _ values: String, _ name: String, _ bindSecond: (Statement) -> Void
    ) throws(DatabaseError) {
        let insert = try database.prepare("INSERT OR REPLACE INTO \(table) VALUES (\(values))")
        insert.bind(0, name)
        bindSecond(insert)
        try insert.run()
    }

    private func writeHere(_ body: () throws(DatabaseError) -> Void) {
        do throws(DatabaseError) {
            try database.execute("BEGIN")
            try body()
            try database.execute("COMMIT")
        } catch {
            fail(error)
        }
    }
}
