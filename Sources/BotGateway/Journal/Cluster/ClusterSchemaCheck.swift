/// Makes the tables if there are none, and refuses a server or tables that this gateway can't use.
@MainActor final class ClusterSchemaCheck {
    private static let oldestVersion = 140_000

    private let connection: PostgresConnection
    private let place: String
    private let bot: Int64
    /// Begins another session like this one.
    private let open: (@escaping (PostgresError?) -> Void) -> PostgresConnection
    private var second: PostgresConnection?
    private var done: (GatewayFailure?) -> Void = { _ in }

    init(
        _ connection: PostgresConnection, at place: String, bot: Int64,
        open: @escaping (@escaping (PostgresError?) -> Void) -> PostgresConnection
    ) {
        (self.connection, self.place, self.bot, self.open) = (connection, place, bot, open)
    }

    private func openSecond(then done: @escaping (PostgresError?) -> Void) { second = open(done) }

    /// The closure is called once, with nil if the gateway can use them.
    func run(then done: @escaping (GatewayFailure?) -> Void) {
        self.done = done
        guard connection.serverVersion >= Self.oldestVersion else {
            let version = connection.serverVersion
            return done(
                failure("is PostgreSQL \(version / 10_000).\(version % 10_000): a journal needs 14 or later"))
        }
        step("SELECT pg_backend_pid(), current_setting('server_encoding')") { [self] rows in
            guard rows.text(0, 1) == "UTF8" else {
                return done(
                    failure(
                        "has the encoding \(rows.text(0, 1) ?? "?"): a journal needs a database with UTF8"))
            }
            checkPooler(rows.integer(0, 0))
        }
    }

    /// A pooler in transaction mode gives a session's process at the server to another client between two statements:
    /// locks would be lost. A second session then gets the process of the first one, which is idle.
    private func checkPooler(_ process: Int64?) {
        guard process != connection.serverProcess else { return make() }
        openSecond { [self] error in
            if let error { return done(Self.failure(error, at: place)) }
            second?.run("SELECT pg_backend_pid()") { [self] outcome in
                second?.close()
                guard case .success(let rows) = outcome, rows.integer(0, 0) != process else {
                    return done(
                        failure(
                            "is behind a pooler in transaction mode, which would lose locks; use the server's own address, or a pool in session mode"
                        ))
                }
                make()
            }
        }
    }

    private func make() {
        step(PostgresSchema.make) { [self] _ in
            step("SELECT value FROM pipegram.fact WHERE name = 'layout'") { [self] rows in
                checkLayout(rows.count > 0 ? rows.integer(0, 0) : nil)
            }
        }
    }

    private func checkLayout(_ layout: Int64?) {
        guard let layout else {
            return done(failure("has a schema 'pipegram' that isn't a journal; use another database"))
        }
        guard layout == PostgresSchema.layout else {
            return done(GatewayFailure(.unusableState, Self.otherLayout(layout, at: place)))
        }
        let values = ["\(bot)"]
        step("INSERT INTO pipegram.fact VALUES ('bot', $1) ON CONFLICT DO NOTHING", values) { [self] _ in
            step("SELECT value FROM pipegram.fact WHERE name = 'bot'") { [self] rows in
                let owner = rows.integer(0, 0) ?? 0
                done(
                    owner == bot
                        ? nil : failure("belongs to bot \(owner), not to bot \(bot); use another database"))
            }
        }
    }

    static func otherLayout(_ layout: Int64, at place: String) -> String {
        "\(place) was written by another pipegram (layout \(layout), this one supports \(PostgresSchema.layout)); use that one"
    }

    private func step(
        _ sql: String, _ values: [String?] = [], then next: @escaping (PostgresRows) -> Void
    ) {
        connection.run(sql, values) { [self] outcome in
            switch outcome {
            case .success(let rows): next(rows)
            case .failure(let error): done(Self.failure(error, at: place))
            }
        }
    }

    private func failure(_ what: String) -> GatewayFailure {
        GatewayFailure(.unusableState, "\(place) \(what)")
    }

    static func failure(_ error: PostgresError, at place: String) -> GatewayFailure {
        GatewayFailure(.noState, "can't open the journal \(place): \(error.sentence)\(remedy(for: error))")
    }

    /// What to do about an error; empty if it says so itself.
    static func remedy(for error: PostgresError) -> String {
        switch error.state {
        case "42501": ". Give the role the right to create a schema: GRANT CREATE ON DATABASE … TO …"
        case "42P01", "42883", "42703", "42P07":
            ". Its schema 'pipegram' isn't a journal; use another database"
        case nil
        where error.description.contains("too many") || error.description.contains("connection slots"):
            ". A gateway uses 18 sessions: raise max_connections, the role's limit or the pooler's size"
        case nil where error.description.contains("does not exist"): ". Create it, or check the URL"
        case nil: ". Check the URL, the server, and the password in ~/.pgpass"
        default: ""
        }
    }
}
