import Glibc
import JSON
import Reactor

/// The gateway's session for everything but locks. Each statement is a transaction of its own.
@MainActor final class ClusterSession {
    private static let patience: Duration = .seconds(10)
    /// The longest time that a statement may take.
    private static let longestAnswer: Duration = .seconds(15)
    private static let eventsAtOnce = 500

    var onEnd: (PostgresError) -> Void = { _ in }
    /// Events were stored.
    var onNews: () -> Void = {}
    /// The gateway's name at the server: host and process.
    let name: String

    private let address: ClusterAddress
    private let bot: Int64
    private let redeliveryWindow: Int
    private let loop: EventLoop
    private var connection: PostgresConnection?
    private var isJoined = false
    private var reading = Reading.no
    private var watchdog: Timer?

    private enum Reading {
        case no, once, again
    }

    init(at address: ClusterAddress, bot: Int64, redeliveryWindow: Int, on loop: EventLoop) {
        (self.address, self.bot, self.redeliveryWindow, self.loop) = (address, bot, redeliveryWindow, loop)
        // The server cuts names after 63 bytes.
        name = "\(Self.hostName.prefix(32))/\(getpid())"
    }

    private static var hostName: String {
        var name = utsname()
        uname(&name)
        return withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    var isOpen: Bool { isJoined }

    func close() {
        watchdog?.cancel()
        connection?.close()
        (connection, isJoined, reading) = (nil, false, .no)
    }

    // MARK: opening

    /// Connects, checks the server and makes the tables, before the loop runs.
    func open() throws(GatewayFailure) {
        try Self.load(for: address)
        var outcome: GatewayFailure??
        reopen { outcome = .some($0) }
        _ = loop.run(until: { outcome != nil }, within: Self.patience * 2)
        if let failure = outcome ?? GatewayFailure(.noState, "\(address.place) doesn't answer") {
            throw failure
        }
    }

    static func load(for address: ClusterAddress) throws(GatewayFailure) {
        guard let reason = PostgresConnection.loadError else { return }
        throw GatewayFailure(
            .noState,
            "\(address.place) needs PostgreSQL's client library, which can't be loaded: \(reason). On Debian: apt install libpq5"
        )
    }

    /// Connects again. The closure is called once, with nil if that worked.
    func reopen(then done: @escaping (GatewayFailure?) -> Void) {
        close()
        var done: ((GatewayFailure?) -> Void)? = done
        var timer: Timer?
        let finish = { (failure: GatewayFailure?) in
            timer?.cancel()
            let call = done
            done = nil
            call?(failure)
        }
        timer = loop.after(Self.patience * 2) { [weak self, address] in
            self?.close()
            finish(GatewayFailure(.noState, "\(address.place) doesn't answer"))
        }
        connection = connect { [weak self] error in
            guard let self else { return }
            guard let error else { return check(then: finish) }
            if isJoined { end(error) } else { finish(ClusterSchemaCheck.failure(error, at: address.place)) }
        }
        connection?.onNotification = { [weak self] _ in self?.onNews() }
    }

    private func connect(_ onChange: @escaping (PostgresError?) -> Void) -> PostgresConnection {
        PostgresConnection(
            to: address.url, as: "pipegram starting \(name)", within: Self.patience, on: loop, onChange)
    }

    private func check(then finish: @escaping (GatewayFailure?) -> Void) {
        guard let connection else { return }
        ClusterSchemaCheck(connection, at: address.place, bot: bot, open: connect).run {
            [weak self] failure in
            if failure == nil { self?.isJoined = true } else { self?.close() }
            finish(failure)
        }
    }

    private func end(_ error: PostgresError) {
        close()
        onEnd(error)
    }

    // MARK: statements

    /// Runs a statement. An error of the server's ends the session: the next one starts from what is stored.
    private func query(_ sql: String, _ values: [String?] = [], then done: @escaping (PostgresRows) -> Void) {
        run(sql, values) { [weak self] outcome in
            switch outcome {
            case .success(let rows): done(rows)
            case .failure(let error): self?.end(error)
            }
        }
    }

    private func run(
        _ sql: String, _ values: [String?], then done: @escaping (Result<PostgresRows, PostgresError>) -> Void
    ) {
        guard let connection else { return }
        connection.run(sql, values) { [weak self] outcome in
            self?.watch()
            done(outcome)
        }
        if watchdog == nil { watch() }
    }

    /// Ends the session if its oldest statement isn't answered in time.
    private func watch() {
        watchdog?.cancel()
        watchdog = nil
        guard connection?.isBusy == true else { return }
        watchdog = loop.after(Self.longestAnswer) { [weak self] in
            self?.end(PostgresError("no answer for \(Self.longestAnswer.rounded)"))
        }
    }

    /// How the sessions of gateways are called at the server.
    static let gatewayName = "pipegram gateway "
    static let lockName = "pipegram lock "
    static let membersQuery = """
        SELECT application_name AS name, pid = pg_backend_pid() AS self,
        state <> 'idle' OR state_change > now() - interval '6 s' AS heard,
        (SELECT string_agg(DISTINCT objid::text, ',') FROM pg_locks
            WHERE locktype = 'advisory' AND NOT granted AND classid = \(PostgresSchema.lockClass)
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS wanted
        FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE '\(gatewayName)%' ORDER BY pid
        """

    /// Joins the members.
    func start(then done: @escaping (Members) -> Void) {
        query("SET idle_session_timeout = '20s'") { _ in }
        query("SET application_name = '\(Self.gatewayName)\(name)'") { _ in }
        query("LISTEN pipegram") { [weak self] _ in self?.members(then: done) }
    }

    /// The gateways whose sessions are open.
    struct Members {
        /// This gateway's place among those that are heard of.
        let place: Int
        let heard: Int
        /// Frozen or cut off, or about to be.
        let silent: Int
        /// The shards that another gateway waits for.
        let wanted: Set<Int>
    }

    func members(then done: @escaping (Members) -> Void) {
        query(Self.membersQuery) { rows in
            let heard = (0..<rows.count).filter { rows.text($0, 2) == "t" }
            let place = heard.firstIndex { rows.text($0, 1) == "t" } ?? 0
            let wanted = rows.count > 0 ? rows.text(0, 3) : nil
            done(
                Members(
                    place: place, heard: max(heard.count, 1), silent: rows.count - heard.count,
                    wanted: Set((wanted ?? "").split(separator: ",").compactMap { Int($0) })))
        }
    }

    /// It takes no more shards: the others needn't leave any to it.
    func stopTaking() { query("SET application_name = 'pipegram stopping \(name)'") { _ in } }

    /// Ends the sessions in which silent gateways wait for locks: one that got a lock now would keep it for
    /// `idle_session_timeout`.
    func endSilentWaiters() {
        query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity AS waiter
            WHERE datname = current_database() AND usename = current_user AND wait_event = 'advisory'
            AND application_name LIKE '\(Self.lockName)%' AND NOT EXISTS (
                SELECT FROM (\(Self.membersQuery)) AS member WHERE heard
                AND replace(name, '\(Self.gatewayName)', '\(Self.lockName)') = waiter.application_name)
            """
        ) { _ in }
    }

    func take(_ shard: Int, then done: @escaping (TakenShard) -> Void) {
        let values = ["\(shard)", name, "\(redeliveryWindow)", "\(JournalMetadata.now)"]
        query("SELECT new_epoch, block FROM pipegram.take_shard($1, $2, $3, $4)", values) {
            [weak self] rows in
            guard let self, let epoch = rows.integer(0, 0), let block = rows.integer(0, 1) else { return }
            load(shard, TakenShard(epoch: epoch, lastKey: block << 32), then: done)
        }
    }

    private func load(_ shard: Int, _ taken: TakenShard, then done: @escaping (TakenShard) -> Void) {
        var taken = taken
        let values = ["\(shard)"]
        query("SELECT key, scope, line FROM pipegram.call WHERE shard = $1 ORDER BY key", values) { rows in
            taken.calls = rows.map { (rows.integer($0, 0) ?? 0, rows.text($0, 1) ?? "", rows.bytes($0, 2)) }
        }
        query("SELECT scope, value FROM pipegram.state WHERE shard = $1", values) { rows in
            taken.states = rows.map { (rows.text($0, 0) ?? "", rows.bytes($0, 1)) }
        }
        query("SELECT scope, at, members FROM pipegram.wake WHERE shard = $1", values) { rows in
            taken.wakes = rows.map { (rows.text($0, 0) ?? "", rows.integer($0, 1) ?? 0, rows.bytes($0, 2)) }
        }
        query("SELECT chat, until FROM pipegram.hold WHERE until > $1", ["\(JournalMetadata.now)"]) { rows in
            taken.holds = rows.map { (rows.text($0, 0) ?? "", rows.integer($0, 1) ?? 0) }
        }
        query("SELECT old, new FROM pipegram.moved") { rows in
            taken.moved = rows.map { (rows.integer($0, 0) ?? 0, rows.integer($0, 1) ?? 0) }
        }
        query("SELECT value FROM pipegram.fact WHERE name = 'offset'") { rows in
            // 0 means that a webhook brought the last updates.
            taken.offset = rows.count > 0 ? rows.integer(0, 0).flatMap { $0 == 0 ? nil : $0 } : nil
            done(taken)
        }
    }

    /// Reads events behind the given ones, some at a time.
    func events(
        in shards: [HeldShards.Position],
        then done: @escaping ([(event: IncomingEvent, position: HeldShards.Position)]) -> Void
    ) {
        guard reading == .no else { return reading = .again }
        reading = .once
        let list = { (values: [String]) in "{\(values.joined(separator: ","))}" }
        query(
            """
            SELECT e.shard, e.key, e.scope, e.update_id, e.line, e.redelivered, e.deaths
            FROM unnest($1::int[], $2::bigint[]) AS s(shard, last_key)
            JOIN pipegram.event e ON e.shard = s.shard AND e.key > s.last_key
            ORDER BY e.key LIMIT \(Self.eventsAtOnce)
            """, [list(shards.map { "\($0.shard)" }), list(shards.map { "\($0.lastKey)" })]
        ) { [weak self] rows in
            guard let self else { return }
            let isAgain = reading == .again || rows.count == Self.eventsAtOnce
            reading = .no
            let positions = Dictionary(uniqueKeysWithValues: shards.map { ($0.shard, $0) })
            done(
                rows.map { row in Self.event(rows, row) }.compactMap { shard, event in
                    event.flatMap { event in positions[shard].map { (event, $0) } }
                })
            if isAgain { onNews() }
        }
    }

    private static func event(_ rows: PostgresRows, _ row: Int) -> (shard: Int, event: IncomingEvent?) {
        let shard = Int(rows.integer(row, 0) ?? 0)
        guard let scope = rows.text(row, 2).flatMap(Scope.init) else { return (shard, nil) }
        var event = IncomingEvent(
            updateID: rows.integer(row, 3) ?? 0, scope: scope, line: rows.bytes(row, 4))
        event.key = rows.integer(row, 1) ?? 0
        event.isRedelivered = rows.text(row, 5) == "t"
        event.deaths = Int(rows.integer(row, 6) ?? 0)
        return (shard, event)
    }

    /// The closure gets the shards of these changes that the gateway still holds.
    func commit(_ changes: JSON, then done: @escaping (Result<Set<Int>, PostgresError>) -> Void) {
        run("SELECT unnest(pipegram.commit($1))", [changes.description]) { outcome in
            done(outcome.map { rows in Set(rows.map { Int(rows.integer($0, 0) ?? 0) }) })
        }
    }

    func release(_ shard: Int, epoch: Int64, then done: @escaping () -> Void) {
        query("SELECT pipegram.release_shard($1, $2)", ["\(shard)", "\(epoch)"]) { _ in done() }
    }
}

extension PostgresRows {
    func map<Value>(_ read: (Int) -> Value) -> [Value] { (0..<count).map(read) }
}
