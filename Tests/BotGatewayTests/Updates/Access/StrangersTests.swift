import Glibc
import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct StrangersTests {
    private final class Met {
        let strangers: Strangers
        var said: [String] = []

        init(_ strangers: Strangers) {
            self.strangers = strangers
            strangers.say = { [unowned self] in said.append("\($1): \($0)") }
        }

        func hear(_ text: String, from user: Int64 = 42, type: String = "private") throws {
            strangers.met(
                try Update([
                    "update_id": 1,
                    "message": [
                        "message_id": 1, "date": 0, "text": JSON(text),
                        "chat": ["id": JSON(user), "type": JSON(type)],
                        "from": ["id": JSON(user), "username": "ada"],
                    ],
                ]))
        }
    }

    private func met(
        pairs: Bool = true, tellsID: Bool = false, in directory: String? = nil, on rig: TestRig
    ) -> Met {
        let strangers = Strangers(
            PairedUsers(in: directory), pairs: pairs, tellsID: tellsID, log: rig.log.logger)
        strangers.announce(for: "demo_bot")
        return Met(strangers)
    }

    /// The code that was logged last.
    private func loggedCode(in rig: TestRig) -> String? {
        let line = rig.log.lines.last { $0.contains("pairing code: ") } ?? ""
        return line.split(separator: " ").first { $0.contains("-") && $0.hasSuffix(".") && $0.count == 10 }
            .map { String($0.dropLast()) }
    }

    @Test func `who sends the code is let in, and the next one needs another`() throws {
        let rig = try TestRig()
        let met = met(in: rig.files.path, on: rig)
        let code = try #require(loggedCode(in: rig))
        try met.hear(" \(code.lowercased())")
        #expect(met.said == ["42: You can use this bot now."])
        #expect(met.strangers.paired.list.admits(user: 42, name: nil))
        try met.hear(code, from: 43)
        #expect(met.said.last == "43: This bot is private.")
        var again = PairedUsers(in: rig.files.path)
        try again.read()
        #expect(again.list == met.strangers.paired.list)
        var status = stat()
        #expect(stat("\(rig.files.path)/paired", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func `a link's start parameter is the code, and other words aren't`() {
        let code = PairingCode()
        #expect(code.isIn("/start \(code.text)"))
        #expect(code.isIn("\(code)") && code.isIn(code.text.lowercased()))
        #expect(!code.isIn("") && !code.isIn("/start") && !code.isIn("\(code) x") && !code.isIn("/x \(code)"))
    }

    @Test func `strangers are told once, at most 20 a minute, in private chats`() throws {
        let rig = try TestRig()
        let met = met(tellsID: true, on: rig)
        try met.hear("hi", type: "group")
        #expect(met.said.isEmpty)
        for user in 1...30 as ClosedRange<Int64> { try met.hear("hi", from: user) }
        try met.hear("hi", from: 1)
        #expect(met.said.count == 20)
        #expect(met.said[0] == "1: This bot is private. Your id is 1.")
    }

    @Test func `without both options nothing is said`() throws {
        let rig = try TestRig()
        let met = met(pairs: false, on: rig)
        try met.hear("hi")
        #expect(met.said.isEmpty && rig.log.count("pairing code") == 0)
    }

    @Test func `a user who can't be remembered isn't let in`() throws {
        let rig = try TestRig()
        let met = met(in: "\(rig.files.path)/missing", on: rig)
        try met.hear(#require(loggedCode(in: rig)))
        #expect(met.said.isEmpty && met.strangers.paired.list.isEmpty)
        #expect(rig.log.count("can't remember user 42") == 1)
    }
}
