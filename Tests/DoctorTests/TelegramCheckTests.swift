import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import Doctor
@testable import TelegramSimulator

@Suite(.ownProcess) struct TelegramCheckTests: Rigged {
    let rig: TestRig
    private let telegram: SimulatorServer

    init() throws {
        rig = try TestRig()
        telegram = try rig.simulator()
    }

    private func check(_ path: String = "", asksForUpdates: Bool = true) throws -> [Diagnosis] {
        let check = TelegramCheck(
            url: try ServerURL(telegram.url + path), token: try BotToken(telegram.token),
            client: rig.client(), on: loop,
            variable: { _ in nil })
        var found: [Diagnosis]?
        check.start(asksForUpdates: asksForUpdates) { found = $0 }
        #expect(wait { found != nil })
        return found ?? []
    }

    private func say() {
        telegram.add(
            ["message_id": 1, "chat": ["id": 42, "type": "private"], "date": 0, "text": "x"], as: "message")
    }

    @Test func `the check loses no update`() throws {
        for _ in 1...3 { say() }
        let found = try check()
        #expect(found.map(\.subject) == ["token", "webhook", "updates", "clock"])
        #expect(found.allSatisfy { $0.severity == .fine }, "\(found)")
        #expect(telegram.pendingUpdates == 3)
        #expect(telegram.polls.map(\.canonical) == [#"{"limit":1,"timeout":2}"#])
    }

    @Test func `another program that polls is found`() throws {
        telegram.fail(
            method: "getUpdates",
            with: .error(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            ))
        let faults = try check().filter { $0.severity == .fault }
        #expect(faults.map(\.subject) == ["updates"])
        #expect(faults.first?.message.contains("another program") == true)
    }

    @Test func `a running gateway isn't disturbed`() throws {
        #expect(try check(asksForUpdates: false).map(\.subject) == ["token", "webhook", "clock"])
        #expect(telegram.polls.isEmpty)
    }

    @Test(arguments: ["getMe", "getWebhookInfo", "getUpdates"])
    func `any missing answer is reported`(_ method: String) throws {
        telegram.fail(method: method, with: .html(502))
        let page = try check().filter { $0.severity == .fault }
        #expect(page.map(\.subject) == ["network"])
        #expect(page.first?.message.contains("answered \(method) with 502 Bad Gateway") == true, "\(page)")
        telegram.fail(method: method, with: .closeBefore)
        #expect(try check().filter { $0.severity == .fault }.map(\.subject) == ["network"])
    }

    @Test func `a bot whose presses come without their chat gets a note`() {
        var diagnosis = TelegramDiagnosis(place: "x")
        diagnosis.bot = ["id": 7, "callback_query_mode": "inline"]
        #expect(diagnosis.diagnoses.map(\.severity) == [.fine, .hint])
        #expect(diagnosis.diagnoses.last?.message.contains("come without their chat") == true)
        diagnosis.bot = ["id": 7, "callback_query_mode": "default"]
        #expect(diagnosis.diagnoses.map(\.severity) == [.fine])
    }

    @Test func `a URL with more than the server's base is reported without the token`() throws {
        let found = try check("/simulator")
        #expect(found.contains { $0.message.contains("is not the server's base URL") }, "\(found)")
        #expect(!found.description.contains(telegram.token))
    }

    @Test func `a refused token, an HTML page and no answer are told apart`() throws {
        telegram.fail(method: "getMe", with: .error(401, "Unauthorized"))
        let refused = try check().filter { $0.severity == .fault }
        #expect(refused.map(\.subject) == ["token"])
        #expect(refused.first?.message.contains("@BotFather") == true)
        telegram.fail(method: "getMe", with: .html(200))
        #expect(
            try check().first { $0.severity == .fault }?.message.contains("is not a Bot API server") == true)
        telegram.fail(method: "getMe", with: .closeBefore)
        let silent = try check()
        #expect(silent.map(\.subject) == ["network"])
        #expect(!silent.description.contains(telegram.token))
    }
}
