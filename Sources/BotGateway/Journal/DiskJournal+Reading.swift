import JSON
import Reactor

/// Reads from the journal.
extension DiskJournal {
    /// None is needed: the database holds all events.
    package var overflow: (any EventOverflow)? { nil }

    package func pageIn(
        of scope: Scope, after key: Int64, count: Int, size: Int
    ) throws(JournalReadError) -> [IncomingEvent] {
        let read = statements.events.read
        read.bind(0, scope.description)
        read.bind(1, key)
        var events: [IncomingEvent] = []
        do throws(DatabaseError) {
            var taken = 0
            while events.count < count, taken < size, try read.step() {
                guard let key = read.integer(0), let updateID = read.integer(1) else { continue }
                var event = IncomingEvent(updateID: updateID, scope: scope, line: read.bytes(2))
                event.key = key
                event.isRedelivered = read.integer(3) != 0
                event.deaths = Int(clamping: read.integer(4) ?? 0)
                taken += event.line.count
                events.append(event)
            }
        } catch {
            throw failedToRead(error)
        }
        read.reset()
        markPossiblyDelivered(&events, of: scope, areFirst: key == 0)
        return events
    }

    package func state(of scope: Scope) throws(JournalReadError) -> JSON? {
        if let state = commit.changes.states[scope] { return state }
        let read = statements.states.read
        read.bind(0, scope.description)
        do throws(DatabaseError) {
            guard try read.step() else { return nil }
        } catch {
            throw failedToRead(error)
        }
        defer { read.reset() }
        return try? JSON(parsing: read.bytes(0))
    }

    /// The offset at which polling continues; nil in a new journal, and if a webhook brought the last updates.
    package func offset() throws(GatewayFailure) -> Int64? {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            try JournalMetadata(database).offset
        }
    }

    /// The rate-limited chats, and the time left for each.
    package func holds() throws(GatewayFailure) -> [(chat: String, left: Duration)] {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            let now = JournalMetadata.now
            try database.execute("DELETE FROM holds WHERE until <= \(now)")
            // Telegram's longest rate limit is a day. Without this cap, a clock that was set back could hold a chat
            // forever.
            return try JournalDatabase.holds(database, at: now).map {
                ($0.chat, min($0.left, .seconds(86_400)))
            }
        }
    }

    /// The groups that became supergroups, with their old and new ids.
    package func migrations() throws(GatewayFailure) -> [(old: Int64, new: Int64)] {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            var migrations: [(Int64, Int64)] = []
            let read = try database.prepare("SELECT old, new FROM migrations")
            while try read.step() {
                guard let old = read.integer(0), let new = read.integer(1) else { continue }
                migrations.append((old, new))
            }
            return migrations
        }
    }
}
