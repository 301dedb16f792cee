/// The events on which too many children died, seen from outside the gateway, which may run meanwhile.
package struct DeadLetters {
    private let database: Database
    private let place: String

    /// Fails with `.neverRan` where no gateway has run, and changes nothing there.
    ///
    /// - Parameter mayChange: to read them is enough otherwise.
    package init(in directory: String, mayChange: Bool) throws(GatewayFailure) {
        place = "\(directory)/journal.db"
        database = try JournalDatabase.open(in: directory, for: mayChange ? .writing : .reading)
    }

    /// Each as a line with an update, which `replay` takes, oldest first; nil for one that can't be read.
    package func updates() throws(GatewayFailure) -> [[UInt8]?] {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            let letters = try database.prepare("SELECT line FROM dead_letters ORDER BY key")
            var updates: [[UInt8]?] = []
            while try letters.step() { updates.append(IncomingEvent.update(from: letters.bytes(0))) }
            return updates
        }
    }

    /// Marks them for the gateway, which takes them up when it starts, or is sent SIGUSR2. How many.
    package func retry() throws(GatewayFailure) -> Int {
        try change("UPDATE dead_letters SET retry = 1")
    }

    /// Drops them. How many.
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
