import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// Looking at a cluster, and moving a journal in and out.
@Suite(.longOwnProcess, .enabled(if: PostgresServer.isAvailable, "\(PostgresServer.remedy)"))
struct ClusterStateTests {
    @Test func `status shows the gateways and who holds the shards, from any machine`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let none = try test.command(["status", "--state", server.url()])
        #expect(none.status == 66)
        #expect(none.errorText.contains("no gateway has run with this state"))
        let gateway = try test.run(["--state", server.url()], bot: "echo.sh")
        #expect(test.wait { server.shards(of: gateway) == 16 })
        test.say("hello", in: 1)
        #expect(test.wait { test.texts(in: 1) == ["hello"] })
        let report = try test.command(["status", "--state", server.url()])
        #expect(report.status == 0)
        #expect(report.text.contains("1 running; "))
        #expect(report.text.contains("/\(gateway.pid) is polling"))
        #expect(report.text.contains("shards: 16"))
        let json = try JSON(parsing: try test.command(["status", "--json", "--state", server.url()]).text)
        #expect(json["gateways"]?.count == 1)
        #expect(json["shards"]?.count == 16)
        #expect(json["shards"]?[0]?["epoch"] == 1)
        #expect(test.stop() == 0)
        let stopped = try test.command(["status", "--state", server.url()])
        #expect(stopped.status == 1)
        #expect(stopped.text.contains("stopped"))
    }

    @Test func `dead letters are shown, delivered again and dropped from any machine`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let options = ["--state", server.url(), "--max-deliveries", "1"]
        try test.run(options, bot: "crashes.sh")
        test.say("bad", in: 1)
        let letters = { try test.command(["dead-letters", "--state", server.url()]).output }
        #expect(test.waitForLog("became a dead letter"))
        #expect(test.wait { (try? server.query("SELECT count(*) FROM pipegram.dead_letter")) == ["1"] })
        #expect(try letters().count == 1)
        #expect(try letters().joined().contains(#""text":"bad""#))
        #expect(test.stop() == 0)
        let bot = try test.run(["--state", server.url()], bot: "echo.sh")
        #expect(test.wait { server.shards(of: bot) == 16 })
        let retry = try test.command(["dead-letters", "--retry", "--state", server.url()])
        #expect(retry.errorText.contains("1 dead letter will be redelivered"))
        #expect(test.wait { test.texts(in: 1) == ["bad"] })
        #expect(try letters().isEmpty)
        #expect(test.stop() == 0)
    }

    @Test func `a journal moves to a server and back`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let first = "\(rig.files.path)/first"
        let second = "\(rig.files.path)/second"
        // A bot that acknowledges nothing, and keeps a state.
        let holding = rig.files.write(
            "holding.sh",
            """
            #!/bin/sh
            echo '{"type":"telegram.state","value":1}'
            while read -r line; do echo "$line" >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID"; done
            """)
        try test.run(["--ack", "event", "--state", first, "--", holding])
        for number in 1...40 { test.say("\(number)", in: Int64(number % 4 + 1)) }
        #expect(test.wait { (1...4).allSatisfy { test.transcript(of: Int64($0)).count > 0 } })
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        let busy = try test.command(["state", "copy", first, server.url()])
        #expect(busy.status == 73)
        #expect(busy.errorText.contains("is in use by"))
        test.gateway?.signal(SIGKILL)
        test.gateway?.wait()
        let there = try test.command(["state", "copy", first, server.url()])
        #expect(there.status == 0)
        #expect(there.errorText.contains("copied 40 waiting events, 4 states"))
        #expect(
            try test.command(["state", "copy", first, server.url()]).errorText.contains(
                "has a waiting event already"))
        #expect(try test.command(["state", "copy", server.url(), second]).status == 0)
        try test.run(
            ["--ack", "event", "--state", server.url()], bot: "unreliable.sh", environment: ["ODDS": "0"])
        #expect(test.wait { (try? server.query("SELECT count(*) FROM pipegram.event")) == ["0"] })
        #expect(test.stop() == 0)
        let answers = (1...4).map { test.texts(in: Int64($0)) }
        try test.run(["--ack", "event", "--state", second], bot: "unreliable.sh", environment: ["ODDS": "0"])
        #expect(
            test.wait { (1...4).allSatisfy { test.texts(in: Int64($0)).count == 2 * answers[$0 - 1].count } })
        #expect(test.stop() == 0)
        for chat in 1...4 {
            let texts = test.texts(in: Int64(chat))
            let expected = (1...40).filter { $0 % 4 + 1 == chat }.map { "\($0)" }
            #expect(texts == expected + expected)
        }
    }
}
