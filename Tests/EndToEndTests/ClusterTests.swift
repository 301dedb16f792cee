import Glibc
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// Gateways with their journal in PostgreSQL.
@Suite(.longOwnProcess, .enabled(if: PostgresServer.isAvailable, "\(PostgresServer.remedy)"))
struct ClusterTests {
    @Test func `one gateway answers, and stops without a trace`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let talk = try rig.longConversation(updates: 200, chats: 20)
        _ = try talk.run(["--state", server.url()], odds: 0)
        talk.say(200)
        talk.finish(twice: false)
        #expect(try server.query("SELECT count(*) FROM pipegram.event") == ["0"])
        #expect(try server.query("SELECT count(*) FROM pipegram.call") == ["0"])
        #expect(try server.query("SELECT count(*) FROM pipegram.shard WHERE NOT clean") == ["0"])
    }

    @Test func `three gateways share the work, and two go on with it when one is killed`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let talk = try rig.longConversation(updates: 600, chats: 60)
        let options = ["--state", server.url(), "--max-deliveries", "1000"]
        let gateways = try (0..<3).map { _ in try talk.run(options, odds: 40) }
        #expect(rig.wait { gateways.allSatisfy { (4...6).contains(server.shards(of: $0)) } })
        talk.say(300)
        #expect(talk.test.wait { talk.answered > 150 })
        gateways[0].signal(SIGKILL)
        gateways[0].wait()
        talk.say(300)
        #expect(talk.test.wait(within: .seconds(60)) { talk.answered == 600 })
        for gateway in gateways.dropFirst() {
            gateway.signal(SIGTERM)
            #expect(gateway.wait() == 0)
        }
        talk.check(twice: true, inOneProcess: false)
    }

    @Test func `a gateway that stops gives its chats away while one of its children is busy`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let options = ["--state", server.url(), "--ack", "event", "--stop-grace", "60s", "--", slowBot(rig)]
        let gateways = try (0..<2).map { _ in try test.run(options) }
        #expect(rig.wait { gateways.allSatisfy { server.shards(of: $0) == 8 } })
        let chats = try chats(of: gateways[0], at: server)
        test.say("hold", in: chats[0])
        #expect(rig.wait { !test.transcript(of: chats[0]).isEmpty })
        gateways[0].signal(SIGTERM)
        for chat in chats { test.say("hello", in: chat) }
        #expect(rig.wait { chats.dropFirst().allSatisfy { test.texts(in: $0) == ["hello"] } })
        #expect(gateways[0].exit == nil)
        #expect(test.texts(in: chats[0]).isEmpty)
        rig.files.write("go", "")
        #expect(rig.wait { test.texts(in: chats[0]) == ["hold", "hello"] })
        #expect(gateways[0].wait() == 0)
        #expect(test.stop() == 0)
    }

    @Test func `a gateway that stops gives back what it takes meanwhile`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let options = ["--state", server.url(), "--ack", "event", "--stop-grace", "60s", "--", slowBot(rig)]
        let gateways = try (0..<2).map { _ in try test.run(options) }
        #expect(rig.wait { gateways.allSatisfy { server.shards(of: $0) == 8 } })
        let poller = try server.query("SELECT holder FROM pipegram.shard WHERE id = -1").first ?? ""
        let killed = try #require(gateways.first { poller.hasSuffix("/\($0.pid)") })
        let stopping = try #require(gateways.first { $0 !== killed })
        let chats = try chats(of: stopping, at: server) + chats(of: killed, at: server)
        test.say("hold", in: chats[0])
        #expect(rig.wait { !test.transcript(of: chats[0]).isEmpty })
        // The server keeps it waiting for the shards of the killed one.
        try server.query("BEGIN")
        try server.query("SELECT id FROM pipegram.shard WHERE holder = '\(poller)' FOR UPDATE")
        killed.signal(SIGKILL)
        killed.wait()
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%take_shard%' AND wait_event_type = 'Lock'"
        #expect(rig.wait { (try? server.query(waiting, in: "postgres")) == ["1"] })
        stopping.signal(SIGTERM)
        #expect(rig.wait { stopping.errors.contains { $0.contains("stopping: ") } })
        try server.query("COMMIT")
        let next = try test.run(options)
        #expect(rig.wait { server.shards(of: next) == 15 })
        for chat in chats { test.say("hello", in: chat) }
        #expect(rig.wait { chats.dropFirst().allSatisfy { test.texts(in: $0) == ["hello"] } })
        #expect(stopping.exit == nil)
        rig.files.write("go", "")
        #expect(rig.wait { test.texts(in: chats[0]) == ["hold", "hello"] })
        #expect(stopping.wait() == 0)
        #expect(test.stop() == 0)
    }

    @Test func `no child gets the database's password`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let bot = rig.files.write(
            "password.sh",
            """
            #!/bin/sh
            while read -r line; do
                case $line in
                *'"type":"telegram.message"'*)
                    echo "{\\"type\\":\\"telegram.send_message\\",\\"text\\":\\"${PGPASSWORD-none}\\"}"
                    ;;
                esac
            done
            """)
        try test.run(["--state", server.url(), "--", bot], environment: ["PGPASSWORD": "secret"])
        test.say("hello", in: 1)
        #expect(test.wait { test.texts(in: 1) == ["none"] })
        #expect(test.stop() == 0)
    }

    @Test func `chats move while others of their shard are rate-limited`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let first = try test.run(["--state", server.url()], bot: "echo.sh")
        #expect(rig.wait { server.shards(of: first) == 16 })
        // A chat of each shard is rate-limited for longer than the test.
        let limited = try chats(of: first, at: server)
        for chat in limited {
            test.telegram.fail(method: "sendMessage", chat: chat, with: .tooManyRequests(retryAfter: 600))
            test.say("later", in: chat)
        }
        #expect(rig.wait { (try? server.query("SELECT count(*) FROM pipegram.hold")) == ["16"] })
        let second = try test.run(["--state", server.url()], bot: "echo.sh")
        #expect(rig.wait { server.shards(of: first) == 8 && server.shards(of: second) == 8 })
        for chat in limited { test.say("hello", in: chat + 1000) }
        #expect(rig.wait { limited.allSatisfy { test.texts(in: $0 + 1000) == ["hello"] } })
        #expect(rig.wait { (try? server.query("SELECT count(*) FROM pipegram.call")) == ["16"] })
        for gateway in [first, second] {
            gateway.signal(SIGTERM)
            gateway.wait()
        }
    }

    @Test func `a stop waits for the answer to a call that was sent again`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let test = try rig.gateway()
        let killed = try test.run(["--state", server.url(), "--ack-timeout", "50ms"], bot: "echo.sh")
        test.telegram.fail(method: "sendMessage", with: .hang)
        test.say("hello", in: 1)
        let sent = { test.telegram.calls.count { $0.method == "sendMessage" } }
        #expect(rig.wait { sent() == 1 })
        // An event that isn't acknowledged would be answered a second time.
        #expect(rig.wait { (try? server.query("SELECT count(*) FROM pipegram.event")) == ["0"] })
        #expect(try server.query("SELECT count(*) FROM pipegram.call") == ["1"])
        killed.signal(SIGKILL)
        killed.wait()
        test.telegram.fail(method: "sendMessage", with: .delay(.seconds(2)))
        try test.run(["--state", server.url()], bot: "echo.sh")
        #expect(rig.wait { sent() == 2 })
        #expect(test.stop() == 0)
        #expect(try server.query("SELECT count(*) FROM pipegram.call") == ["0"])
        #expect(sent() == 2)
    }

    @Test func `while the server's disk is full no update is confirmed, and none is lost`() throws {
        let rig = try TestRig()
        let server = try PostgresServer.shared()
        let talk = try rig.longConversation(updates: 200, chats: 20)
        let gateway = try talk.run(["--state", server.url()], odds: 0)
        talk.say(50)
        #expect(rig.wait { talk.answered == 50 })
        try server.setFull(true)
        talk.say(150)
        #expect(talk.test.waitForLog("No space left on device. No update is accepted until that works"))
        #expect(talk.test.telegram.pendingUpdates == 150)
        #expect(talk.answered == 50)
        try server.setFull(false)
        talk.finish(twice: false)
        #expect(gateway.errors.count { $0.contains("can't write the journal") } == 1)
    }

    /// A chat of each shard that a gateway holds.
    private func chats(of gateway: ProgramRun, at server: PostgresServer) throws -> [Int64] {
        let held = try server.query(
            "SELECT id FROM pipegram.shard WHERE id >= 0 AND holder LIKE '%/\(gateway.pid)'")
        return held.compactMap { shard in (1...1000).first { Scope.chat($0).shard == Int(shard) } }
    }

    /// Answers each message with its text, but `hold` only once the file `go` is there.
    private func slowBot(_ rig: TestRig) -> String {
        rig.files.write(
            "slow.sh",
            """
            #!/bin/sh
            while read -r line; do
                case $line in *'"type":"telegram.message"'*) ;; *) continue ;; esac
                update=${line#*'"update_id":'} update=${update%%,*}
                text=${line##*'"text":"'} text=${text%%\\"*}
                echo "$text" >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID"
                while [ "$text" = hold ] && [ ! -e "$TRANSCRIPTS/go" ]; do sleep 0.05; done
                printf '{"type":"telegram.send_message","text":"%s"}\\n' "$text"
                printf '{"type":"telegram.ack","update_id":%s}\\n' "$update"
            done
            """)
    }
}
