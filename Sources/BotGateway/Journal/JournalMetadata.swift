import Glibc

/// The journal's single values: `bot`, `username`, `scope` (as `--scope` has it), `offset`, `clean` (1 after a stop that left no event in flight),
/// `reach` (the redelivery window), `started`, `stopped` (0 until a stop), `not_allowed` and `too_old` (updates dropped
/// since the start), `last_poll` (seconds since 1970, 0 before it), `poll_failing`, `poll_errors`, `call_errors` and
/// `webhook` (1 if a webhook brings the updates instead of polls).
///
/// With a webhook, `offset` is 0 from the first update on, `polled` is the last one before it, and `taken_0`… have the
/// ids of the last updates, each in its slot.
struct JournalMetadata {
    private let database: Database

    init(_ database: Database) { self.database = database }

    subscript(name: String) -> Int64? {
        get throws(DatabaseError) {
            let statement = try find(name)
            return try statement.step() ? statement.integer(0) : nil
        }
    }

    /// Nil if a webhook brought the last updates.
    var offset: Int64? {
        get throws(DatabaseError) { try self["offset"].flatMap { $0 == 0 ? nil : $0 } }
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
