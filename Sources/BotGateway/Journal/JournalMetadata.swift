import Glibc

/// The journal's single values: `bot`, `username`, `offset`, `clean` (1 after a stop that left no event in flight),
/// `reach` (the redelivery window), `started`, `stopped` (0 until a stop), `not_allowed` and `too_old` (updates dropped
/// since the start), `last_poll` (seconds since 1970, 0 before it), `poll_failing`, `poll_errors` and `call_errors`.
struct JournalMetadata {
    private let database: Database

    init(_ database: Database) { self.database = database }

    subscript(name: String) -> Int64? {
        get throws(DatabaseError) {
            let statement = try find(name)
            return try statement.step() ? statement.integer(0) : nil
        }
    }

    func text(_ name: String) throws(DatabaseError) -> String? {
        let statement = try find(name)
        return try statement.step() ? statement.text(0) : nil
    }

    private func find(_ name: String) throws(DatabaseError) -> Statement {
        let statement = try database.prepare("SELECT value FROM facts WHERE name = ?")
        statement.bind(0, name)
        return statement
    }

    func set(_ facts: KeyValuePairs<String, Int64>) throws(DatabaseError) {
        try database.execute("BEGIN IMMEDIATE")
        let statement = try database.prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)")
        for (name, value) in facts {
            statement.bind(0, name)
            try statement.run(1, value)
        }
        try database.execute("COMMIT")
    }

    /// Milliseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
