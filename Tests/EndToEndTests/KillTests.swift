import BotGateway
import Glibc
import TestSupport
import Testing

@Suite struct KillTests {
    /// With PIPEGRAM_KILLS=100 as long as it takes; without, a short form.
    private static var kills: Int { getenv("PIPEGRAM_KILLS").flatMap { Int(String(cString: $0)) } ?? 8 }

    @Test(arguments: ["auto", "event"])
    func `nothing is lost when the gateway is killed again and again and its bots crash`(_ ack: String) throws
    {
        let kills = Self.kills
        let ordeal = try Ordeal(updates: max(600, kills * 100), chats: kills >= 50 ? 200 : 30)
        let options = ["--ack", ack, "--max-deliveries", "1000"]
        var gateway = try ordeal.run(options, odds: 40)
        for kill in 1...kills {
            ordeal.say(ordeal.updates / kills + 1)
            let goal = ordeal.test.telegram.calls.count + Int.random(in: 1...(ordeal.updates / kills))
            #expect(
                ordeal.test.wait(within: .seconds(60)) {
                    ordeal.test.telegram.calls.count >= goal || ordeal.answered == ordeal.updates
                }, "kill \(kill)")
            gateway.signal(SIGKILL)
            gateway.wait()
            gateway = try ordeal.run(options, odds: 40)
        }
        #expect(ordeal.isAllSaid)
        #expect(ordeal.test.wait(within: .seconds(120)) { ordeal.answered == ordeal.updates })
        #expect(ordeal.test.stop() == 0)
        ordeal.check(twice: true)
    }

    @Test(arguments: ["auto", "event", "exit"])
    func `without a kill each update is given, and answered, exactly once`(_ ack: String) throws {
        let ordeal = try Ordeal(updates: ack == "exit" ? 200 : max(500, Self.kills * 50), chats: 20)
        _ = try ordeal.run(["--ack", ack], odds: 0)
        ordeal.say(ordeal.updates)
        #expect(ordeal.test.wait(within: .seconds(60)) { ordeal.answered == ordeal.updates })
        #expect(ordeal.test.stop() == 0)
        #expect(ordeal.test.telegram.pendingUpdates == 0)
        ordeal.check(twice: false)
    }

    @Test func `a disk that is full for a while costs nothing but time`() throws {
        let ordeal = try Ordeal(updates: 400, chats: 20)
        let gateway = try ordeal.run([], odds: 0)
        ordeal.say(100)
        #expect(ordeal.test.wait { ordeal.answered >= 50 })
        try ordeal.test.limitFiles(of: gateway, to: 1000)
        ordeal.say(300)
        #expect(ordeal.test.waitForLog("can't be written: disk I/O error"))
        // What isn't stored is not confirmed, and it isn't said again and again.
        #expect(ordeal.test.telegram.pendingUpdates > 0)
        let answered = ordeal.answered
        #expect(answered < ordeal.updates)
        #expect(gateway.errors.count { $0.contains("can't be written") } == 1)
        try ordeal.test.limitFiles(of: gateway, to: nil)
        #expect(ordeal.test.wait(within: .seconds(60)) { ordeal.answered == ordeal.updates })
        #expect(ordeal.test.stop() == 0)
        ordeal.check(twice: false)
    }

    @Test(arguments: ["auto", "event"])
    func `nothing is lost by kills and crashes while the disk is full now and then`(_ ack: String) throws {
        let kills = max(4, Self.kills / 4)
        let ordeal = try Ordeal(updates: kills * 60, chats: 20)
        let options = ["--ack", ack, "--max-deliveries", "1000"]
        for _ in 1...kills {
            let gateway = try ordeal.run(options, odds: 40)
            let start = ordeal.test.telegram.calls.count
            ordeal.say(30)
            #expect(
                ordeal.test.wait(within: .seconds(60)) {
                    ordeal.test.telegram.calls.count >= start + Int.random(in: 1...20)
                })
            try ordeal.test.limitFiles(of: gateway, to: 1000)
            ordeal.say(30)
            #expect(ordeal.test.waitForLog("can't be written"))
            if Bool.random() {
                try ordeal.test.limitFiles(of: gateway, to: nil)
                let goal = ordeal.test.telegram.calls.count + Int.random(in: 1...20)
                _ = ordeal.test.wait(within: .seconds(5)) { ordeal.test.telegram.calls.count >= goal }
            }
            gateway.signal(SIGKILL)
            gateway.wait()
        }
        _ = try ordeal.run(options, odds: 40)
        #expect(ordeal.test.wait(within: .seconds(120)) { ordeal.answered == ordeal.updates })
        #expect(ordeal.test.stop() == 0)
        ordeal.check(twice: true)
    }
}
