import BotAPI

/// The statements for the journal's single values.
struct MetadataStatements {
    private let setFact: Statement
    private let take: Statement

    init(_ database: Database) throws(DatabaseError) {
        setFact = try database.prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)")
        // An id that was lower in its slot came late. Far lower ones are new: TakenUpdates says the same.
        take = try database.prepare(
            """
            INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value
            WHERE excluded.value > value OR excluded.value < value - \(TakenUpdates.reach)
            """)
    }

    func write(_ metadata: JournalChanges.Metadata) throws(DatabaseError) {
        if let offset = metadata.offset { try set("offset", offset) }
        if let polled = metadata.polled { try set("polled", polled) }
        if !metadata.taken.isEmpty { try write(taken: metadata.taken) }
        if let username = metadata.username { try set("username", username) }
        if let scopes = metadata.scopes { try set("scope", scopes.rawValue) }
        if let dropped = metadata.dropped {
            try set("not_allowed", Int64(dropped.notAllowed))
            try set("too_old", Int64(dropped.tooOld))
        }
        if let health = metadata.health {
            try set("last_poll", health.lastPoll ?? 0)
            try set("poll_failing", health.isPollFailing ? 1 : 0)
            try set("poll_errors", Int64(health.pollErrors))
            try set("call_errors", Int64(health.callErrors))
            try set("webhook", health.isWebhook ? 1 : 0)
        }
    }

    private func write(taken ids: [Int64]) throws(DatabaseError) {
        try set("offset", 0)
        for id in ids {
            take.bind(0, "taken_\(TakenUpdates.slot(of: id))")
            try take.run(1, id)
        }
    }

    private func set(_ name: String, _ text: String) throws(DatabaseError) {
        setFact.bind(0, name)
        setFact.bind(1, text)
        try setFact.run()
    }

    private func set(_ name: String, _ value: Int64) throws(DatabaseError) {
        setFact.bind(0, name)
        try setFact.run(1, value)
    }
}
