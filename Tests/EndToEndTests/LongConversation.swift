import Glibc
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// A conversation in many chats with repeated failures, and a check of its outcome.
final class LongConversation {
    let test: GatewayTest
    let chats: Int
    let updates: Int
    private var said = 0
    private var signInsBefore = 0

    init(updates: Int, chats: Int, on rig: TestRig) throws {
        test = try rig.gateway()
        (self.updates, self.chats) = (updates, chats)
    }

    /// Sends more messages. Telegram never has all of them at once.
    func say(_ count: Int) {
        for number in said..<min(said + count, updates) {
            test.say("\(number)", in: Int64(number % chats + 1))
            said = number + 1
        }
    }

    /// The number of getUpdates calls from the gateway.
    var polls: Int { test.telegram.polls.count }

    /// Everything that was said was answered.
    var isAllAnswered: Bool { answered == said }

    var isAllSaid: Bool { said == updates }

    /// The answers that were sent successfully, by chat.
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

    /// The answers that arrived at Telegram, whether or not they were carried out.
    var sent: [(number: Int, call: SimulatorServer.ReceivedCall)] {
        test.telegram.calls.compactMap { call in
            call.parameters["text"]?.string.flatMap { Int($0) }.map { ($0, call) }
        }
    }

    var arrived: Set<Int> { Set(sent.map(\.number)) }

    /// A summary for docs/performance.md.
    var figures: String {
        let given = (1...Int64(chats)).reduce(0) { $0 + test.transcript(of: $1).count }
        let answers = answers().values.reduce(0) { $0 + $1.count }
        return "\(updates) updates in \(chats) chats, given \(given) times, answered \(answers) times"
    }

    var answered: Int { Set(answers().values.joined()).count }

    private var signIns: Int { test.telegram.calls.count { $0.method == "getMe" } }

    func run(_ options: [String], odds: Int) throws -> ProgramRun {
        signInsBefore = signIns
        return try test.run(
            ["--log-level", "error"] + options, bot: "unreliable.sh", environment: ["ODDS": "\(odds)"])
    }

    /// Fills the gateway's disk, sends messages and waits until the gateway reports it.
    func fillDisk(of gateway: ProgramRun, saying count: Int = 0) throws {
        try test.limitFiles(of: gateway, to: 1000)
        say(count)
        #expect(test.waitForLog("journal.db: disk I/O error"))
    }

    /// Waits for all answers, stops the gateway and checks the outcome.
    func finish(twice isAllowed: Bool) {
        #expect(test.wait(within: .seconds(120)) { answered == updates })
        // All updates may be answered before the last gateway handles signals.
        #expect(test.wait { signIns > signInsBefore })
        #expect(test.stop() == 0)
        check(twice: isAllowed)
    }

    /// Checks the guarantees that hold in any case.
    func check(twice isAllowed: Bool, inOneProcess: Bool = true) {
        let answers = answers()
        #expect(answered == updates)
        for chat in 1...Int64(chats) {
            let expected = (0..<updates).filter { Int64($0 % chats + 1) == chat }
            var seen: Set<Int> = []
            let firsts = (answers[chat] ?? []).filter { seen.insert($0).inserted }
            #expect(firsts == expected, "chat \(chat), in order")
            if !isAllowed { #expect(answers[chat] == expected, "chat \(chat), exactly once") }
        }
        if inOneProcess { checkMarks(twice: isAllowed) } else { checkMarksInAnyOrder() }
    }

    func checkMarks(twice isAllowed: Bool) {
        for chat in 1...Int64(chats) { checkMarks(chat, isAllowed) }
    }

    /// Checks that of the times that the bot got an event, all but one were marked. With several gateways, the child of a
    /// killed one may write its line after the child that got the event again.
    func checkMarksInAnyOrder() {
        for chat in 1...Int64(chats) {
            let firsts = test.transcript(of: chat).filter { $0.hasSuffix(" first") }
            #expect(Set(firsts).count == firsts.count, "chat \(chat)")
        }
    }

    /// Checks that events which the bot got twice were marked the second time.
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
