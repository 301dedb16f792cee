import CSQLite
import Glibc
import Reactor

/// An error that SQLite reported.
struct DatabaseError: Error, CustomStringConvertible {
    /// SQLite's primary result code, such as SQLITE_FULL.
    let code: Int32
    let description: String

    /// Whether the error may be temporary: a full disk, for example.
    var mayPass: Bool {
        [
            SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CANTOPEN,
            SQLITE_NOMEM,
            SQLITE_PERM, SQLITE_PROTOCOL,
        ].contains(code)
    }
}

/// One SQLite database.
///
/// - SeeAlso: https://sqlite.org/c3ref/intro.html
@MainActor final class Database {
    /// How a database is opened.
    enum Access {
        case reading
        case writing
        /// Creates the database if it doesn't exist.
        case making

        fileprivate var flags: Int32 {
            switch self {
            case .reading: SQLITE_OPEN_READONLY
            case .writing: SQLITE_OPEN_READWRITE
            case .making: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        }
    }

    fileprivate let handle: OpaquePointer

    /// - Parameters:
    ///   - path: a file; empty for a temporary database that is deleted on close.
    ///   - patience: how long to wait for another process that writes.
    init(
        path: String, for access: Access = .making, patience: Duration = .seconds(5)
    ) throws(DatabaseError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, access.flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let error = DatabaseError(code: code & 0xFF, description: Self.words(opened, code))
            sqlite3_close(opened)
            throw error
        }
        handle = opened
        wait(upTo: patience)
    }

    isolated deinit { sqlite3_close_v2(handle) }

    /// Sets how long to wait for another process that writes.
    func wait(upTo patience: Duration) {
        sqlite3_busy_timeout(handle, Int32(clamping: patience.milliseconds))
    }

    /// How many rows the last writing statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// Runs one or more statements without parameters, in order.
    func execute(_ sql: String) throws(DatabaseError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement else {
            throw DatabaseError(code: SQLITE_MISUSE, description: "no statement: \(sql)")
        }
        return Statement(statement, of: self)
    }

    /// The first column of the first row; nil if there is no row or the value isn't an integer.
    func integer(_ sql: String) throws(DatabaseError) -> Int64? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        return statement.integer(0)
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    fileprivate func check(_ code: Int32) throws(DatabaseError) {
        guard code != SQLITE_OK, code != SQLITE_ROW, code != SQLITE_DONE else { return }
        throw DatabaseError(code: code & 0xFF, description: Self.words(handle, code))
    }

    /// SQLite's message with the system's error: `disk I/O error (File too large)`.
    private static func words(_ handle: OpaquePointer?, _ code: Int32) -> String {
        let words = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
        let systemError = handle.map { sqlite3_system_errno($0) } ?? 0
        guard systemError != 0, [SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_FULL].contains(code & 0xFF) else {
            return words
        }
        return "\(words) (\(String(cString: strerror(systemError))))"
    }
}

/// A prepared, reusable statement. Parameters and columns are counted from 0.
@MainActor final class Statement {
    private let handle: OpaquePointer
    private let database: Database

    fileprivate init(_ handle: OpaquePointer, of database: Database) {
        (self.handle, self.database) = (handle, database)
    }

    isolated deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index + 1, value) }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { chars in
                _ = bind_text(handle, index + 1, chars.baseAddress, Int32(chars.count))
            }
        }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { bind_bytes(handle, index + 1, $0.baseAddress, Int32($0.count)) }
    }

    /// Goes to the next row. Returns false after the last one; the statement can then be used again.
    func step() throws(DatabaseError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(handle)
        try database.check(code)
        return false
    }

    /// Runs the statement and ignores its rows.
    func run() throws(DatabaseError) {
        while try step() {}
    }

    /// Binds the last parameter and runs the statement.
    func run(_ index: Int32, _ value: Int64) throws(DatabaseError) {
        bind(index, value)
        try run()
    }

    /// Ends reading before the last row, so that the statement can be used again.
    func reset() { sqlite3_reset(handle) }

    /// Nil if the value isn't an integer.
    func integer(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_INTEGER ? sqlite3_column_int64(handle, column) : nil
    }

    /// Nil for NULL.
    func text(_ column: Int32) -> String? {
        sqlite3_column_text(handle, column).map { String(cString: $0) }
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
