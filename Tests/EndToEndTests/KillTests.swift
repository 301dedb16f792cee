import BotGateway
import Glibc
import TestSupport
import Testing

/// What came of a conversation in many chats during which something went wrong again and again.
private final class Ordeal {
    let test: GatewayTest
    let chats: Int
    let updates: Int
    private var said = 0

    init(updates: Int, chats: Int) throws {
        test = try GatewayTest()
        (self.updates, self.chats) = (updates, chats)
    }

    /// Says more, so that Telegram never holds all of it at once.
    func say(_ count: Int) {
        for number in said..<min(said + count, updates) {
            test.say("\(number)", in: Int64(number % chats + 1))
            said = number + 1
        }
    }

    var isAllSaid: Bool { said == updates }

    /// The answers that reached Telegram, by chat.
    func answers() -> [Int64: [Int]] {
        var answers: [Int64: [Int]] = [:]
        for call in test.telegram.calls where call.wasCarriedOut {
            guard let chat = call.parameters["chat_id"]?.integer,
                let number = call.parameters["text"]?.string.flatMap({ Int($0) })
            else { continue }
            answers[chat, default: []].append(number)
        }
        return answers
    }

    var answered: Int { Set(answers().values.joined()).count }

    func run(_ options: [String], odds: Int) throws -> ProgramRun {
        try test.run(
            ["--log-level", "error"] + options, bot: "unreliable.sh", environment: ["ODDS": "\(odds)"])
    }

    /// What must hold whatever happened.
    func check(twice isAllowed: Bool) {
        let answers = answers()
        #expect(answered == updates)
        for chat in 1...Int64(chats) {
            let expected = (0..<updates).filter { Int64($0 % chats + 1) == chat }
            var seen: Set<Int> = []
            let firsts = (answers[chat] ?? []).filter { seen.insert($0).inserted }
            #expect(firsts == expected, "chat \(chat), in order")
            if !isAllowed { #expect(answers[chat] == expected, "chat \(chat), exactly once") }
            checkMarks(chat, isAllowed)
        }
    }

    /// What a bot was given twice was marked the second time.
    private func checkMarks(_ chat: Int64, _ isAllowed: Bool) {
        var seen: Set<Substring> = []
        for line in test.transcript(of: chat) {
            let words = line.split(separator: " ")
            guard words.count == 2 else { continue }
            if !seen.insert(words[0]).inserted {
                #expect(isAllowed)
                #expect(words[1] == "again", "chat \(chat), update \(words[0]) came twice")
            } else if !isAllowed {
                #expect(words[1] == "first", "chat \(chat), update \(words[0])")
            }
        }
    }
}

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
}
