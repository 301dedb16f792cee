import Glibc
import Reactor
import TestSupport

/// A pooler before a PostgreSQL server.
final class Pgbouncer: Rigged {
    nonisolated static let isAvailable = access("/usr/sbin/pgbouncer", X_OK) == 0
    nonisolated static let remedy = "needs a pooler: apt-get install pgbouncer"

    let rig: TestRig
    let url: String
    private let process: ProgramRun

    init(before server: PostgresServer, mode: String) throws {
        rig = server.rig
        let port = try rig.freePort()
        url = "postgresql://postgres@127.0.0.1:\(port)/bot"
        let users = rig.files.write("users-\(mode)", #""postgres" """#)
        let settings = rig.files.write(
            "pgbouncer-\(mode)",
            """
            [databases]
            bot = host=127.0.0.1 port=\(server.port) dbname=bot
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = trust
            auth_file = \(users)
            pool_mode = \(mode)
            default_pool_size = 60
            ignore_startup_parameters = extra_float_digits
            """)
        // It refuses to run as root.
        let asUser = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        process = try rig.run((geteuid() == 0 ? asUser : []) + ["/usr/sbin/pgbouncer", settings])
        guard rig.wait(until: { process.errorText.contains("listening on") || process.exit != nil }),
            process.exit == nil
        else { throw SystemError("pgbouncer: \(process.errorText)", code: EIO) }
    }

    isolated deinit {
        process.signal(SIGKILL)
        process.wait()
    }
}
