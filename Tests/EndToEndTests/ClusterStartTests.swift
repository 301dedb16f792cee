import Glibc
import Reactor
import TestSupport
import Testing

/// Databases that can't hold a journal are refused in words.
@Suite(.longOwnProcess, .enabled(if: PostgresServer.isAvailable, "\(PostgresServer.remedy)"))
struct ClusterStartTests {
    private let rig: TestRig
    private let server: PostgresServer

    init() throws {
        rig = try TestRig()
        server = try PostgresServer(on: rig)
    }

    /// Starts a gateway that must end by itself. What it says.
    private func refusal(_ state: String, environment: [String: String] = [:]) throws -> (
        text: String, status: Int32
    ) {
        let test = try rig.gateway()
        let gateway = try test.run(["--state", state], bot: "echo.sh", environment: environment)
        gateway.wait()
        return (gateway.errorText, gateway.status)
    }

    @Test func `what can't be reached, or may not be used`() throws {
        let free = try rig.freePort()
        let gone = try refusal("postgresql://postgres@127.0.0.1:\(free)/bot")
        #expect(gone.status == 73)
        #expect(
            gone.text.contains(
                "can't open the journal postgresql://postgres@127.0.0.1:\(free)/bot: connection to server"))
        #expect(gone.text.contains("Connection refused"))
        #expect(gone.text.contains("Check the URL"))

        let missing = try refusal(server.url(database: "nothing"))
        #expect(missing.text.contains(#"database "nothing" does not exist"#))

        let wrong = try refusal("mysql://db/bot")
        #expect(wrong.status == 64)
        #expect(wrong.text.contains("it must be a directory or postgresql://USER@HOST/DATABASE"))

        let secret = try refusal("postgresql://postgres:secret@127.0.0.1:\(server.port)/bot")
        #expect(secret.text.contains("has a password, which every user of this machine can read"))
        #expect(secret.text.contains("~/.pgpass"))
        #expect(!secret.text.contains("postgres:secret"))
    }

    @Test func `a wrong password and missing rights`() throws {
        try server.query("CREATE ROLE guest LOGIN PASSWORD 'right'")
        try server.query("REVOKE CREATE ON DATABASE bot FROM PUBLIC")
        let poor = try refusal(server.url(user: "guest"))
        #expect(poor.status == 73)
        #expect(poor.text.contains("permission denied for database bot"))
        #expect(poor.text.contains("GRANT CREATE ON DATABASE"))
        try server.requirePasswords()
        let wrong = try refusal(server.url(user: "guest"), environment: ["PGPASSWORD": "wrong"])
        #expect(wrong.text.contains(#"password authentication failed for user "guest""#))
        #expect(wrong.text.contains("~/.pgpass"))
    }

    @Test func `another bot's journal, a newer one, and other tables`() throws {
        try server.query("CREATE SCHEMA pipegram")
        let foreign = try refusal(server.url())
        #expect(foreign.text.contains("Its schema 'pipegram' isn't a journal; use another database"))
        try server.query("DROP SCHEMA pipegram")
        #expect(try rig.gateway().prepare(server) == 0)
        try server.query("UPDATE pipegram.fact SET value = '8' WHERE name = 'bot'")
        let other = try refusal(server.url())
        #expect(other.status == 65)
        #expect(other.text.contains("belongs to bot 8, not to bot 7; use another database"))
        try server.query("UPDATE pipegram.fact SET value = '99' WHERE name = 'layout'")
        let newer = try refusal(server.url())
        #expect(newer.text.contains("was written by another pipegram (layout 99, this one supports 1)"))
    }

    @Test(.enabled(if: Pgbouncer.isAvailable, "\(Pgbouncer.remedy)"))
    func `a pooler in transaction mode is refused, one in session mode isn't`() throws {
        let pooler = try Pgbouncer(before: server, mode: "transaction")
        let refused = try refusal(pooler.url)
        #expect(refused.status == 65)
        #expect(refused.text.contains("is behind a pooler in transaction mode"))
        let other = try Pgbouncer(before: server, mode: "session")
        let test = try rig.gateway()
        let gateway = try test.run(["--state", other.url], bot: "echo.sh")
        test.say("hello", in: 1)
        #expect(test.wait { !test.texts(in: 1).isEmpty || gateway.exit != nil })
        #expect(test.stop() == 0)
    }
}

extension GatewayTest {
    /// Runs a gateway for a moment, so that its tables are there. Its exit status.
    func prepare(_ server: PostgresServer) throws -> Int32 {
        let gateway = try run(["--state", server.url()], bot: "echo.sh")
        _ = wait { server.shards(of: gateway) == 16 }
        return stop()
    }
}
