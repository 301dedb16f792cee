import Glibc
import TestSupport
import Testing

@Suite(.longOwnProcess) struct KillTests {
    /// The number of kills; set PIPEGRAM_KILLS=100 for a long run.
    private static var kills: Int { getenv("PIPEGRAM_KILLS").flatMap { Int(String(cString: $0)) } ?? 3 }

    @Test(arguments: ["auto", "event"])
    func `nothing is lost when the gateway is killed repeatedly and its bots crash`(_ ack: String) throws {
        let kills = Self.kills
        let talk = try TestRig().longConversation(
            updates: max(300, kills * 100), chats: kills >= 50 ? 200 : 25)
        let options = ["--ack", ack, "--max-deliveries", "1000"]
        var gateway = try talk.run(options, odds: 40)
        for kill in 1...kills {
            talk.say(talk.updates / kills + 1)
            // A proxy answers instead of Telegram for a moment, also around the kill.
            for method in ["sendMessage", "getUpdates"] {
                let status = [200, 204, 302, 401, 404, 407].randomElement() ?? 200
                talk.test.telegram.fail(method: method, times: 2, with: .html(status))
            }
            let goal = talk.test.telegram.calls.count + Int.random(in: 1...(talk.updates / kills))
            let isEarly = kill % 4 == 2
            if isEarly {
                // At a random moment of its start.
                _ = talk.test.wait(within: .milliseconds(Int.random(in: 0...200))) { false }
            } else {
                #expect(
                    talk.test.wait(within: .seconds(60)) {
                        talk.test.telegram.calls.count >= goal || talk.answered == talk.updates
                    }, "kill \(kill)")
            }
            gateway.signal(SIGKILL)
            gateway.wait()
            gateway = try talk.run(options, odds: 40)
        }
        #expect(talk.isAllSaid)
        talk.finish(twice: true)
        if getenv("PIPEGRAM_KILLS") != nil { print("--ack \(ack), \(kills) kills: \(talk.figures)") }
    }

    @Test(arguments: ["auto", "event", "exit"])
    func `without a kill each update is delivered and answered exactly once`(_ ack: String) throws {
        let talk = try TestRig().longConversation(
            updates: ack == "exit" ? 100 : max(300, Self.kills * 50), chats: 20)
        _ = try talk.run(["--ack", ack], odds: 0)
        talk.say(talk.updates)
        talk.finish(twice: false)
        #expect(talk.test.telegram.pendingUpdates == 0)
    }

    @Test func `a temporarily full disk costs nothing but time`() throws {
        let talk = try TestRig().longConversation(updates: 400, chats: 20)
        let gateway = try talk.run([], odds: 0)
        talk.say(100)
        #expect(talk.test.wait { talk.answered >= 50 })
        try talk.fillDisk(of: gateway, saying: 300)
        // Updates that aren't stored aren't confirmed, and the log reports it only once.
        #expect(talk.test.telegram.pendingUpdates > 0)
        let answered = talk.answered
        #expect(answered < talk.updates)
        #expect(gateway.errors.count { $0.contains("can't write the journal") } == 1)
        try talk.test.limitFiles(of: gateway, to: nil)
        talk.finish(twice: false)
    }

    @Test func `on a full disk only as many events are delivered as can be marked after a kill`() throws {
        let talk = try TestRig().longConversation(updates: 300, chats: 1)
        let options = ["--ack", "exit"]
        var gateway = try talk.run(["--stop-grace", "100ms"], odds: 0)
        talk.test.telegram.fail(method: "sendMessage", times: 1000, with: .hang)
        talk.say(300)
        #expect(talk.test.wait { (try? talk.test.count("events")).map { $0 > 200 } ?? false })
        #expect(talk.test.wait { talk.test.telegram.pendingUpdates == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        talk.test.telegram.clearFaults()
        let before = talk.test.transcript(of: 1).count
        gateway = try talk.run(options, odds: 0)
        #expect(talk.test.wait { talk.test.transcript(of: 1).count > before })
        try talk.fillDisk(of: gateway)
        let given = talk.test.transcript(of: 1).count
        _ = talk.test.wait(within: .milliseconds(500)) { talk.test.transcript(of: 1).count > given + 20 }
        #expect(talk.test.transcript(of: 1).count <= given + 20)
        gateway.signal(SIGKILL)
        gateway.wait()
        _ = try talk.run(options, odds: 0)
        talk.finish(twice: true)
    }

    @Test(arguments: ["auto", "event"])
    func `kills and crashes with a temporarily full disk lose nothing`(_ ack: String) throws {
        let kills = max(2, Self.kills / 4)
        let talk = try TestRig().longConversation(updates: kills * 60, chats: 20)
        let options = ["--ack", ack, "--max-deliveries", "1000"]
        for _ in 1...kills {
            let gateway = try talk.run(options, odds: 40)
            let start = talk.test.telegram.calls.count
            talk.say(30)
            #expect(
                talk.test.wait(within: .seconds(60)) {
                    talk.test.telegram.calls.count >= start + Int.random(in: 1...20)
                })
            try talk.fillDisk(of: gateway, saying: 30)
            if Bool.random() {
                try talk.test.limitFiles(of: gateway, to: nil)
                let goal = talk.test.telegram.calls.count + Int.random(in: 1...20)
                _ = talk.test.wait(within: .seconds(5)) { talk.test.telegram.calls.count >= goal }
            }
            gateway.signal(SIGKILL)
            gateway.wait()
        }
        _ = try talk.run(options, odds: 40)
        talk.finish(twice: true)
    }
}
