import Glibc
import Reactor
import TestSupport

/// A PostgreSQL server on 127.0.0.1, with a database for the journal.
final class PostgresServer: Rigged {
    private nonisolated static let versions = ["17", "16", "15", "14"]
    /// The directory of Debian's newest server; nil if none is installed.
    private nonisolated static let programs = versions.map { "/usr/lib/postgresql/\($0)/bin" }
        .first { access("\($0)/postgres", X_OK) == 0 }
    nonisolated static let isAvailable = programs != nil
    nonisolated static let remedy = "needs a PostgreSQL server: apt-get install postgresql"

    let rig: TestRig
    let port: UInt16
    private let directory: String
    private(set) var server: ProgramRun?
    /// By database: a psql for each question would take most of the time of tests that ask again and again.
    private var sessions: [String: ProgramRun] = [:]

    init(on rig: TestRig) throws {
        self.rig = rig
        port = try rig.freePort()
        directory = "\(rig.files.path)/postgresql"
        mkdir(directory, 0o700)
        if geteuid() == 0 {
            // It refuses to run as root.
            chmod(rig.files.path, 0o711)
            guard let user = getpwnam("postgres") else {
                throw SystemError("the user postgres", code: ENOENT)
            }
            chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        let end = try run("initdb", ["-D", directory, "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8"])
            .end()
        guard end.status == 0 else { throw SystemError("initdb: \(end.errorText)", code: EIO) }
        try start()
        try query("CREATE DATABASE bot", in: "postgres")
    }

    isolated deinit {
        server?.signal(SIGQUIT)
        server?.wait()
    }

    /// The server for this process's tests, with a new database: for tests that don't stop or configure it, because
    /// its start takes a second of CPU time.
    static func shared() throws -> PostgresServer {
        if let server = sharedServer {
            _ = server.sessions["bot"]?.end()
            try server.query("DROP DATABASE bot WITH (FORCE)", in: "postgres")
            try server.query("CREATE DATABASE bot", in: "postgres")
            return server
        }
        let server = try PostgresServer(on: TestRig())
        sharedServer = server
        endOfProcess = (server.server?.pid ?? 0, server.rig.files.path)
        atexit {
            guard PostgresServer.endOfProcess.pid > 0 else { return }
            kill(PostgresServer.endOfProcess.pid, SIGQUIT)
            waitpid(PostgresServer.endOfProcess.pid, nil, 0)
            // The process may exit in another thread than the main one.
            system("rm -rf \(PostgresServer.endOfProcess.directory)")
        }
        return server
    }

    private static var sharedServer: PostgresServer?
    private nonisolated(unsafe) static var endOfProcess: (pid: pid_t, directory: String) = (0, "")

    private func run(_ program: String, _ arguments: [String]) throws -> ProgramRun {
        let command = ["\(Self.programs ?? "")/\(program)"] + arguments
        let asUser = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return try rig.run((geteuid() == 0 ? asUser : []) + command)
    }

    func start() throws {
        let settings = [
            "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=200",
            "log_min_messages=fatal",
        ].flatMap { ["-c", $0] }
        let server = try run("postgres", ["-D", directory, "-p", "\(port)"] + settings)
        self.server = server
        guard rig.wait(until: { (try? isUp()) == true || server.exit != nil }), server.exit == nil else {
            throw SystemError("postgres: \(server.errorText)", code: EIO)
        }
    }

    private func isUp() throws -> Bool {
        try rig.run(["psql", url(database: "postgres"), "-c", "SELECT 1"]).end().status == 0
    }

    /// Lets inserts of events fail as on a full disk.
    func setFull(_ isFull: Bool) throws {
        try query(
            isFull
                ? """
                CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON pipegram.event EXECUTE FUNCTION full_disk()
                """ : "DROP FUNCTION full_disk CASCADE")
    }

    /// Asks everybody but its owner for a password.
    func requirePasswords() throws {
        let rules = "host all postgres all trust\nhost all all all scram-sha-256\n"
        try query("COPY (SELECT 1) TO PROGRAM 'cat > \(directory)/pg_hba.conf << EOF\n\(rules)EOF'")
        try query("SELECT pg_reload_conf()")
    }

    /// Ends it: all sessions end at once.
    func stop() {
        server?.signal(SIGINT)
        server?.wait()
    }

    func url(user: String = "postgres", database: String = "bot") -> String {
        "postgresql://\(user)@127.0.0.1:\(port)/\(database)"
    }

    /// Runs statements. The rows, with `|` between columns.
    @discardableResult
    func query(_ sql: String, in database: String = "bot") throws -> [String] {
        let session = try session(in: database)
        let (rows, errors) = (session.output.count, session.errors.count)
        session.write("\(sql);\n\\echo end :SQLSTATE\n")
        let isAnswered = rig.wait {
            session.exit != nil || session.output.dropFirst(rows).last?.hasPrefix("end ") == true
        }
        guard isAnswered, session.output.dropFirst(rows).last == "end 00000" else {
            let reason = session.errors.dropFirst(errors).joined(separator: "\n")
            throw SystemError("\(sql): \(reason)", code: EIO)
        }
        return Array(session.output.dropFirst(rows).dropLast())
    }

    private func session(in database: String) throws -> ProgramRun {
        if let session = sessions[database], session.exit == nil { return session }
        let session = try rig.run(["psql", url(database: database), "-qAtX"])
        sessions[database] = session
        return session
    }

    /// The shards that a gateway holds, by its pid.
    func shards(of gateway: ProgramRun) -> Int {
        let held = "SELECT count(*) FROM pipegram.shard WHERE id >= 0 AND holder LIKE '%/\(gateway.pid)'"
        return (try? query(held)).flatMap { $0.first.flatMap { Int($0) } } ?? 0
    }
}
