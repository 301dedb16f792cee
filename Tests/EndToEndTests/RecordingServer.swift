import JSON
import Reactor
import TestSupport

@testable import BotGateway
@testable import TelegramSimulator

/// A Bot API server that accepts every call and records it unchanged.
///
/// Unlike the simulator, it has no special methods: a child's getUpdates and logOut are calls like any other.
@MainActor final class RecordingServer {
    struct Call {
        /// The method as the path spells it.
        let method: String
        /// The body's JSON; `{}` for a form.
        let parameters: JSON
        /// The body's parts, for a form.
        let parts: [ReceivedPart]
    }

    /// The children's calls since the last `expectGateway`.
    private(set) var calls: [Call] = []
    /// Whether the gateway has received and confirmed all updates.
    var hasGivenAll: Bool { updates.isEmpty && poll != nil }
    /// The result of each call, as JSON; nil leaves calls unanswered.
    var result: String? = "true"

    private let http: HTTPServer
    private var updates: [String] = []
    /// The gateway's own getUpdates, while it waits.
    private var poll: HTTPServer.Responder?
    private var isGatewayExpected = true

    init(on rig: TestRig) throws {
        http = try rig.server()
        http.onRequest = { [weak self] in self?.receive($0, $1) }
    }

    isolated deinit { http.close() }

    var url: String { "http://127.0.0.1:\(http.port)" }

    /// Adds an update, as JSON, to the next answer.
    func give(_ update: String) {
        updates.append(update)
        answerPoll()
    }

    /// Treats the next getMe as the gateway's own.
    func expectGateway() { (calls, isGatewayExpected) = ([], true) }

    private func receive(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        let method = request.path.baseName ?? ""
        let parameters = (try? JSON(parsing: request.body)) ?? [:]
        // GatewayTest sets this timeout. No made-up value is 10.
        if method == "getUpdates", parameters["timeout"] == 10 {
            poll = responder
            return answerPoll()
        }
        if method == "getMe", isGatewayExpected {
            isGatewayExpected = false
            return answer(responder, SimulatedTelegram.demoBot.description)
        }
        calls.append(Call(method: method, parameters: parameters, parts: request.parts))
        result.map { answer(responder, $0) }
    }

    private func answerPoll() {
        guard let poll, !updates.isEmpty else { return }
        let batch = updates.joined(separator: ",")
        (self.poll, updates) = (nil, [])
        answer(poll, "[\(batch)]")
    }

    private func answer(_ responder: HTTPServer.Responder, _ result: String) {
        responder.respond(
            status: 200, contentType: "application/json",
            body: Array(#"{"ok":true,"result":\#(result)}"#.utf8))
    }
}
