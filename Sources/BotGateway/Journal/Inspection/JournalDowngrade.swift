import Reactor

/// Gives a journal the layout that an older pipegram reads.
package enum JournalDowngrade {
    /// The layouts to which a journal can go back.
    package nonisolated static let layouts = 1..<JournalDatabase.version

    /// Fails with `.neverRan` if no gateway has run there, `.noState` if one is running, and `.unusableState` if the
    /// journal has something that the older layout can't keep.
    ///
    /// - Parameter dropsWakes: deletes scheduled events, which layout 1 doesn't have.
    /// - Returns: the layout that the journal had.
    package static func perform(
        in path: String, to layout: Int64, dropsWakes: Bool
    ) throws(GatewayFailure) -> Int64 {
        // Before the lock is taken, for that creates the directory.
        _ = try JournalDatabase.open(in: path, for: .reading)
        let directory = try StateDirectory(path)
        let database = try JournalDatabase.open(in: path, for: .writing)
        let found: Int64
        do {
            try database.execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
            if let fault = try fault(in: database) { throw corrupt(fault, directory) }
            found = try database.integer("PRAGMA user_version") ?? 0
            if found > 1, layout == 1 {
                let wakes = try database.integer("SELECT count(*) FROM wakes") ?? 0
                guard wakes == 0 || dropsWakes else { throw keeping(wakes, directory) }
                try database.execute("DROP TABLE wakes; PRAGMA user_version = 1")
            }
            try database.execute("COMMIT")
        } catch {
            throw JournalDatabase.failure(error, at: directory.journal)
        }
        return found
    }

    /// A damaged page would leave the older pipegram with a journal that it can't use. Nil if there is none.
    private static func fault(in database: Database) throws(DatabaseError) -> String? {
        let check = try database.prepare("PRAGMA quick_check(1)")
        let result = try check.step() ? check.text(0) : nil
        check.reset()
        return result == "ok" ? nil : result
    }

    private static func corrupt(_ fault: String, _ directory: StateDirectory) -> GatewayFailure {
        GatewayFailure(
            .unusableState, "the journal \(directory.journal) is corrupt: \(fault). It is unchanged")
    }

    private static func keeping(_ wakes: Int64, _ directory: StateDirectory) -> GatewayFailure {
        GatewayFailure(
            .unusableState,
            "\(directory.journal) has \(wakes.counted("scheduled event")) (telegram.wake), which layout 1 can't keep; "
                + "nothing was changed. Let the gateway run until they are due, or delete them with --drop-wakes"
        )
    }
}
