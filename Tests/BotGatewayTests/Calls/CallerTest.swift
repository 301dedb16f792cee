import JSON
import Reactor
import TestSupport

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

/// A caller and a simulated Telegram in one loop, with the calls' results.
final class CallerTest: Rigged {
    let rig: TestRig
    let server: SimulatorServer
    let caller: TelegramCaller
    /// The results in the order in which they came, with their messages' texts.
    private(set) var results: [(text: String, result: CallResult)] = []

    init(limit: Int, timeout: Duration, on rig: TestRig) throws {
        self.rig = rig
        server = try rig.simulator()
        caller = TelegramCaller(
            api: try rig.api(at: server.url), limit: limit, timeout: timeout,
            files: ChildFiles(in: nil, temporaryDirectory: "/tmp"), on: rig.loop, log: rig.log.logger)
    }

    /// Sends a message for a scope, by default to the scope's chat.
    func send(
        _ text: String, for scope: Scope = .chat(42), to chat: JSON? = nil, id: JSON? = nil,
        then done: @escaping () -> Void = {}
    ) {
        var parameters: JSON = ["text": JSON(text)]
        if let chat { parameters.set("chat_id", chat) }
        perform("telegram.send_message", parameters, as: text, for: scope, id: id, then: done)
    }

    func perform(
        _ type: String, _ parameters: JSON = [:], as text: String, for scope: Scope, id: JSON? = nil,
        then done: @escaping () -> Void = {}
    ) {
        guard let call = try? Call(type: type, parameters: parameters, id: id, in: scope) else { return }
        caller.perform(call, for: scope) { [unowned self] result in
            results.append((text, result))
            done()
        }
    }

    /// The texts that arrived at Telegram, including repetitions.
    var arrived: [String] { server.calls.map { $0.parameters["text"]?.string ?? $0.method } }
    /// The texts that Telegram sent.
    var sent: [String] {
        server.calls.filter(\.wasCarriedOut).map { $0.parameters["text"]?.string ?? $0.method }
    }
    var finished: [String] { results.map(\.text) }

    /// Waits for this many results, with no delay for retries and holds.
    func hurry(for count: Int) -> Bool { hurry { results.count >= count } }
    /// Whether no further call arrives for 20 ms.
    func isQuiet() -> Bool {
        let count = server.calls.count
        return !wait(within: .milliseconds(20)) { server.calls.count > count }
    }

    func result(of text: String) -> CallResult? { results.first { $0.text == text }?.result }

    func success(of text: String) -> JSON? {
        guard case .success(let result) = result(of: text) else { return nil }
        return result
    }

    func failure(of text: String) -> BotAPIError? {
        guard case .failure(let error) = result(of: text) else { return nil }
        return error
    }

    func isUnknown(_ text: String) -> Bool {
        guard case .unknown = result(of: text) else { return false }
        return true
    }

    func isSuccess(_ text: String) -> Bool {
        guard case .success = result(of: text) else { return false }
        return true
    }
}
