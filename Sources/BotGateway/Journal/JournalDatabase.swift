import CSQLite
import Glibc
import Reactor

/// Opens and checks the journal's database, and defines its tables.
///
/// Times are milliseconds since 1970. Keys rise, so they give the order of events and calls.
enum JournalDatabase {
    nonisolated static let version: Int64 = 2
    /// `Ppgm` in SQLite's header marks the file as pipegram's.
    static let applicationID: Int64 = 0x5070_676D

    private static let schema = """
        CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE events (
            key INTEGER PRIMARY KEY, scope TEXT NOT NULL, update_id INTEGER NOT NULL, line BLOB NOT NULL,
            redelivered INTEGER NOT NULL, deaths INTEGER NOT NULL);
        CREATE INDEX events_by_scope ON events (scope);
        CREATE TABLE calls (key INTEGER PRIMARY KEY, scope TEXT NOT NULL, line BLOB NOT NULL);
        CREATE TABLE states (scope TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE dead_letters (
            key INTEGER PRIMARY KEY, scope TEXT NOT NULL, update_id INTEGER NOT NULL, line BLOB NOT NULL,
            reason TEXT NOT NULL, died INTEGER NOT NULL, retry INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE holds (chat TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE migrations (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
        CREATE TABLE children (scope TEXT PRIMARY KEY, pid INTEGER NOT NULL, started INTEGER NOT NULL)
            WITHOUT ROWID;
        PRAGMA application_id = \(applicationID);
        \(upgrade)
        """

    /// Turns layout 1, which had no scheduled events, into layout 2.
    private static let upgrade = """
        CREATE TABLE wakes (scope TEXT NOT NULL, at INTEGER NOT NULL, members BLOB NOT NULL, PRIMARY KEY (scope, at))
            WITHOUT ROWID;
        CREATE INDEX wakes_by_time ON wakes (at);
        PRAGMA user_version = \(version);
        """

    /// Opens the gateway's journal, and creates it if needed.
    ///
    /// - Parameters:
    ///   - path: nil for a journal in memory, which moves to a temporary file when it grows.
    ///   - patience: how long to wait for another process that writes.
    static func open(_ path: String?, patience: Duration) throws(GatewayFailure) -> Database {
        do {
            let database = try Database(path: path ?? "", for: .making, patience: patience)
            try database.execute("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF")
            try check(database, at: path)
            // FULL: each commit is on the disk, not only in the kernel, before anything is confirmed.
            try database.execute(
                path == nil
                    ? "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"
                    : "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000"
            )
            // A small cache (128 KiB) is enough: only a few pages of each tree are read again, and events pass through
            // once.
            try database.execute("PRAGMA cache_size = -128")
            let found = try database.integer("PRAGMA user_version") ?? 0
            if found < version {
                try database.execute("BEGIN IMMEDIATE; \(found == 0 ? schema : upgrade) COMMIT")
            }
            return database
        } catch {
            throw failure(error, at: path ?? "in memory")
        }
    }

    /// Opens the journal of a gateway that may be running, and creates nothing. Waits up to 5 s for another process
    /// that writes.
    ///
    /// Fails with `.neverRan` if there is no journal.
    static func open(in directory: String, for access: Database.Access) throws(GatewayFailure) -> Database {
        let path = "\(directory)/journal.db"
        let neverRan = GatewayFailure(
            .neverRan,
            "no gateway has run with this state: \(directory); start one with 'pipegram run'")
        try checkBeginning(of: path)
        var status = stat()
        if stat(path, &status) != 0, [ENOENT, ENOTDIR].contains(errno) { throw neverRan }
        do {
            let database = try Database(path: path, for: access)
            try database.execute("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF")
            try check(database, at: path)
            guard try database.integer("PRAGMA user_version") != 0 else { throw neverRan }
            return database
        } catch {
            throw failure(error, at: path)
        }
    }

    /// Refuses an empty or missing database beside a log of changes: SQLite would delete the log as outdated.
    static func checkBeginning(of path: String) throws(GatewayFailure) {
        var (database, log) = (stat(), stat())
        let isThere = stat(path, &database) == 0
        guard !isThere || database.st_size == 0, stat("\(path)-wal", &log) == 0, log.st_size > 0 else {
            return
        }
        throw GatewayFailure(
            .unusableState,
            "\(path) is \(isThere ? "empty" : "missing"), but \(path)-wal contains changes to it (\(log.st_size) bytes). "
                + "Nothing was changed; put the right journal.db back, or move both away to start with an empty journal"
        )
    }

    /// The key for the next event or call, higher than all that are kept.
    static func nextKey(_ database: Database) throws(DatabaseError) -> Int64 {
        var last: Int64 = 0
        for table in ["events", "calls", "dead_letters"] {
            last = max(last, try database.integer("SELECT max(key) FROM \(table)") ?? 0)
        }
        return last + 1
    }

    /// The rate-limited chats and the time left for each, the first one to end first.
    static func holds(
        _ database: Database, at now: Int64
    ) throws(DatabaseError) -> [(chat: String, left: Duration)] {
        var holds: [(String, Duration)] = []
        let read = try database.prepare("SELECT chat, until FROM holds ORDER BY until")
        while try read.step() {
            guard let chat = read.text(0), let end = read.integer(1), end > now else { continue }
            holds.append((chat, .milliseconds(end - now)))
        }
        return holds
    }

    /// Refuses a file that isn't pipegram's, or that a newer version wrote.
    private static func check(_ database: Database, at path: String?) throws {
        guard let path else { return }
        let id = try database.integer("PRAGMA application_id")
        let version = try database.integer("PRAGMA user_version") ?? 0
        let tables = try database.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        if version == 0, tables == 0, id == 0 { return }
        guard id == applicationID else {
            throw GatewayFailure(
                .unusableState, "\(path) is not a pipegram journal; choose another directory with --state DIR"
            )
        }
        guard version <= Self.version else {
            throw GatewayFailure(
                .unusableState,
                "\(path) was written by a newer pipegram (layout \(version), this one supports \(Self.version)); "
                    + "use that one, give the journal back with its 'pipegram downgrade', or choose another directory "
                    + "with --state DIR")
        }
    }

    /// Runs `body`, and turns its error into a failure that names the journal.
    static func reporting<Result>(
        at path: String, _ body: () throws(DatabaseError) -> Result
    ) throws(GatewayFailure) -> Result {
        do {
            return try body()
        } catch {
            throw failure(error, at: path)
        }
    }

    static func failure(_ error: any Error, at path: String) -> GatewayFailure {
        if let failure = error as? GatewayFailure { return failure }
        guard let error = error as? DatabaseError, error.mayPass else {
            return GatewayFailure(
                .unusableState,
                "the journal \(path) is corrupt, or not a journal: \(error). It is unchanged; move it away to start "
                    + "with an empty one")
        }
        return GatewayFailure(.noState, "can't open the journal \(path): \(error)")
    }
}
