import CPostgres
import Glibc
import Reactor

/// Why a statement, or a connection to PostgreSQL, failed.
struct PostgresError: Error, CustomStringConvertible {
    /// PostgreSQL's five characters for the error; nil if the connection failed.
    let state: String?
    let description: String

    /// The description without its last punctuation mark.
    var sentence: String {
        description.hasSuffix("?") || description.hasSuffix(".")
            ? String(description.dropLast()) : description
    }

    init(_ description: String, state: String? = nil) {
        // libpq's messages end with a newline, and some have several lines.
        let lines = description.split(separator: "\n").map { line in
            String(line.drop { $0 == "\t" || $0 == " " })
        }
        self.description = lines.joined(separator: "; ")
        self.state = state
    }
}

/// The rows that a statement returned, as text.
final class PostgresRows {
    private let result: OpaquePointer
    let count: Int

    fileprivate init(_ result: OpaquePointer) {
        self.result = result
        count = Int(pg_rows(result))
    }

    isolated deinit { pg_clear(result) }

    /// Nil for NULL.
    func text(_ row: Int, _ column: Int) -> String? {
        isNull(row, column) ? nil : String(decoding: bytes(row, column), as: UTF8.self)
    }

    /// Nil if the value isn't an integer.
    func integer(_ row: Int, _ column: Int) -> Int64? { text(row, column).flatMap { Int64($0) } }

    func bytes(_ row: Int, _ column: Int) -> [UInt8] {
        let (row, column) = (Int32(row), Int32(column))
        guard let start = pg_value(result, row, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(pg_length(result, row, column))))
    }

    private func isNull(_ row: Int, _ column: Int) -> Bool {
        pg_is_null(result, Int32(row), Int32(column)) != 0
    }
}

/// A session at a PostgreSQL server. Statements are carried out one after another; nothing here waits.
///
/// - SeeAlso: https://www.postgresql.org/docs/current/libpq-async.html
@MainActor final class PostgresConnection {
    typealias Completion = (Result<PostgresRows, PostgresError>) -> Void

    private struct Statement {
        let sql: String
        let values: [String?]
        let done: Completion
    }

    /// Why libpq can't be loaded; nil if it is.
    static var loadError: String? { pg_load().map { String(cString: $0) } }

    private enum State {
        case connecting, ready, closed
    }

    /// Called with each notification's payload.
    var onNotification: (String) -> Void = { _ in }

    private let connection: OpaquePointer?
    private let loop: EventLoop
    private var state = State.connecting
    /// The first one was sent.
    private var statements: [Statement] = []
    private var result: Result<PostgresRows, PostgresError>?
    private var watched: Int32 = -1
    /// Called once: with nil when statements can be carried out, or with why the session ended before or after that.
    private var onChange: (PostgresError?) -> Void
    private var timer: Timer?

    /// Begins to connect.
    ///
    /// - Parameters:
    ///   - name: what the server's list of sessions shows.
    ///   - limit: the longest time to connect.
    ///   - onChange: called with nil once the session is open, and with an error when it has ended; not after `close`.
    init(
        to url: String, as name: String, within limit: Duration, on loop: EventLoop,
        _ onChange: @escaping (PostgresError?) -> Void
    ) {
        (self.loop, self.onChange) = (loop, onChange)
        // A server, or what is between, that vanishes without a word is noticed within 20 s.
        let settings = [
            ("dbname", url), ("application_name", name), ("client_encoding", "UTF8"),
            ("gssencmode", "disable"),
            ("keepalives_idle", "5"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"),
        ]
        connection = Self.withStrings(settings.map(\.0)) { names in
            Self.withStrings(settings.map(\.1)) { values in pg_connect_start(names, values) }
        }
        timer = loop.after(limit) { [weak self] in
            self?.end(PostgresError("no connection within \(limit.rounded)"))
        }
        loop.soon { [weak self] in self?.begin() }
    }

    isolated deinit { close() }

    private static func withStrings<Value>(
        _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
    ) -> Value {
        let copies = strings.map { $0.flatMap { UnsafePointer(strdup($0)) } } + [nil]
        defer { copies.forEach { free(UnsafeMutablePointer(mutating: $0)) } }
        return copies.withUnsafeBufferPointer { body($0.baseAddress) }
    }

    /// Ends the session. No callback is called after that.
    func close() {
        guard state != .closed else { return }
        state = .closed
        timer?.cancel()
        unwatch()
        if let connection { pg_finish(connection) }
        statements = []
    }

    private func end(_ error: PostgresError) {
        guard state != .closed else { return }
        close()
        onChange(error)
    }

    private func fail() {
        end(PostgresError(connection.map { String(cString: pg_error($0)) } ?? "out of memory"))
    }

    // MARK: connecting

    private func begin() {
        guard state == .connecting else { return }
        guard let connection, pg_is_broken(connection) == 0 else { return fail() }
        wait(for: .writable)
    }

    private func goOnConnecting() {
        switch Int(pg_connect_poll(connection)) {
        case PG_POLLING_READING: wait(for: .readable)
        case PG_POLLING_WRITING: wait(for: .writable)
        case PG_POLLING_OK:
            timer?.cancel()
            timer = nil
            state = .ready
            wait(for: .readable)
            onChange(nil)
        default: fail()
        }
    }

    /// While it connects, libpq may use another socket each time.
    private func wait(for readiness: EventLoop.Readiness) {
        let socket = pg_socket(connection)
        if state == .ready, socket == watched { return loop.change(socket, to: readiness) }
        unwatch()
        do throws(SystemError) {
            try loop.watch(socket, for: readiness) { [weak self] _ in self?.act() }
            watched = socket
        } catch {
            end(PostgresError("\(error)"))
        }
    }

    private func unwatch() {
        if watched >= 0 { loop.unwatch(watched) }
        watched = -1
    }

    private func act() {
        switch state {
        case .connecting: goOnConnecting()
        case .ready:
            flush()
            if state == .ready { read() }
        case .closed: break
        }
    }

    // MARK: statements

    /// The server's version, such as 150018.
    var serverVersion: Int { Int(pg_server_version(connection)) }
    /// The process that the server, or a pooler before it, says it started for this session.
    var serverProcess: Int64 { Int64(pg_backend_pid(connection)) }
    /// Statements have no result yet.
    var isBusy: Bool { !statements.isEmpty }

    /// Carries out a statement after the earlier ones. `done` isn't called if the session ends first.
    func run(_ sql: String, _ values: [String?] = [], then done: @escaping Completion = { _ in }) {
        guard state == .ready else { return }
        statements.append(Statement(sql: sql, values: values, done: done))
        if statements.count == 1 { sendFirst() }
    }

    private func sendFirst() {
        guard let next = statements.first else { return }
        let isSent = Self.withStrings(next.values) { values in
            pg_send(connection, next.sql, Int32(next.values.count), values) == 1
        }
        guard isSent else { return fail() }
        flush()
    }

    private func flush() {
        switch pg_flush(connection) {
        case 0: wait(for: .readable)
        case 1: wait(for: [.readable, .writable])
        default: fail()
        }
    }

    private func read() {
        guard pg_consume(connection) == 1 else { return fail() }
        while state == .ready, !statements.isEmpty, pg_is_busy(connection) == 0 { readResult() }
        while state == .ready, let notification = pg_next_notification(connection) {
            let payload = String(cString: pg_payload(notification))
            pg_free(UnsafeMutableRawPointer(notification))
            onNotification(payload)
        }
        // A session that the server ended is noticed only by another read.
        if state == .ready, pg_is_broken(connection) != 0 { fail() }
    }

    private func readResult() {
        guard let next = pg_get_result(connection) else {
            let done = statements.removeFirst().done
            let outcome = result ?? .failure(PostgresError("no result"))
            result = nil
            sendFirst()
            // The next statement may have found that the session has ended.
            return state == .ready ? done(outcome) : ()
        }
        guard pg_failed(next) != 0 else { return result = .success(PostgresRows(next)) }
        let state = pg_sqlstate(next).map { String(cString: $0) }
        let text = pg_result_error(next).map { String(cString: $0) } ?? String(cString: pg_error(connection))
        result = .failure(PostgresError(text, state: state))
        pg_clear(next)
    }
}
