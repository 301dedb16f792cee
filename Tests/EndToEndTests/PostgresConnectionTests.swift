import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// A session at a real server.
@Suite(.ownProcess, .enabled(if: PostgresServer.isAvailable, "\(PostgresServer.remedy)"))
struct PostgresConnectionTests {
    @Test func `nothing is called once a statement has found that the session is over`() throws {
        try #require(PostgresConnection.loadError == nil)
        let rig = try TestRig()
        let server = try PostgresServer(on: rig)
        var changes: [PostgresError?] = []
        let url = "postgresql://postgres@127.0.0.1:\(server.port)/bot"
        let connection = PostgresConnection(to: url, as: "test", within: .seconds(10), on: rig.loop) {
            changes.append($0)
        }
        try #require(rig.wait { !changes.isEmpty })
        try #require(changes[0] == nil)
        var answered = false
        connection.run("SELECT 1") { _ in answered = true }
        // libpq refuses more than 65,535 values: the session ends when this one's turn comes, with the first one's result.
        connection.run("SELECT 2", Array(repeating: "x", count: 70_000)) { _ in answered = true }
        #expect(rig.wait { changes.count == 2 })
        #expect(changes.last??.sentence.contains("65535") == true, "\(changes)")
        #expect(!answered)
    }
}
