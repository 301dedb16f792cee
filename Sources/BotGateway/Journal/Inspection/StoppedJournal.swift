/// The journal of a gateway that doesn't run.
package enum StoppedJournal {
    /// Adds an event behind those that wait; the next start delivers it. Fails with `.noState` if a gateway uses the
    /// directory, with `.neverRan` if none has run there, and with `.wrongScope` if the last one had no such scope.
    ///
    /// - Returns: the event's `update_id`.
    package static func append(_ told: Told, in directory: String) throws(GatewayFailure) -> Int64 {
        let database = try JournalDatabase.open(in: directory, for: .writing)
        return try StateDirectory.whileUnused(directory) { () throws(GatewayFailure) in
            let choice = try JournalDatabase.reporting(at: "\(directory)/journal.db") {
                () throws(DatabaseError) in
                try JournalMetadata(database).text("scope").flatMap(ScopeChoice.init)
            }
            if let refusal = choice?.refusal(of: told.scope) { throw GatewayFailure(.wrongScope, refusal) }
            return try JournalDatabase.reporting(at: "\(directory)/journal.db") { () throws(DatabaseError) in
                try database.execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
                let event = told.event(key: try JournalDatabase.nextKey(database))
                try EventStatements(database).append(event)
                try database.execute("COMMIT")
                return event.updateID
            }
        }
    }
}
