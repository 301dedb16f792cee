/// The dead letters of a gateway's journal, read from outside. The gateway may be running.
package struct DeadLetters {
    private let database: Database
    private let place: String

    /// Opens the journal. Fails with `.neverRan` if no gateway has run there, and creates nothing.
    ///
    /// - Parameter mayChange: opens the journal for writing too.
    package init(in directory: String, mayChange: Bool) throws(GatewayFailure) {
        place = "\(directory)/journal.db"
        database = try JournalDatabase.open(in: directory, for: mayChange ? .writing : .reading)
    }

    /// Each dead letter as an update on a line, as `replay` reads it, oldest first; nil for one that can't be parsed.
    package func updates() throws(GatewayFailure) -> [[UInt8]?] {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            let letters = try database.prepare("SELECT line FROM dead_letters ORDER BY key")
            var updates: [[UInt8]?] = []
            while try letters.step() { updates.append(IncomingEvent.update(from: letters.bytes(0))) }
            return updates
        }
    }

    /// Marks all of them for redelivery: the gateway does that when it starts or receives SIGUSR2. Returns how many.
    package func retry() throws(GatewayFailure) -> Int {
        try change("UPDATE dead_letters SET retry = 1")
    }

    /// Deletes all of them. Returns how many.
    package func clear() throws(GatewayFailure) -> Int {
        try change("DELETE FROM dead_letters")
    }

    private func change(_ sql: String) throws(GatewayFailure) -> Int {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            try database.execute("PRAGMA synchronous = FULL; \(sql)")
            return database.changes
        }
    }
}
