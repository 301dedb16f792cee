import JSON
import Reactor

@testable import BotGateway
@testable import TelegramSimulator

/// A Bot API server that accepts every call, and keeps it as it came.
///
/// Beside the simulator, for here nothing is special: getUpdates and logOut of a child are calls like others.
@MainActor final class RecordingServer {
    struct Call {
        /// As the path has it.
        let method: String
        /// The body's JSON; `{}` for a form.
        let parameters: JSON
        /// The body's parts, for a form.
        let parts: [ReceivedPart]
    }

    /// Those of children, since a gateway was expected.
    private(set) var calls: [Call] = []
    /// Whether the gateway has all updates, and won't ask for them again.
    var hasGivenAll: Bool { updates.isEmpty && poll != nil }
    /// What each call is answered with, as JSON; nil answers none.
    var result: String? = "true"

    private let http: HTTPServer
    private var updates: [String] = []
    /// The gateway's own getUpdates, while it waits.
    private var poll: HTTPServer.Responder?
    private var isGatewayExpected = true

    init(on loop: EventLoop) throws {
        http = try HTTPServer(on: loop)
        http.onRequest = { [weak self] in self?.receive($0, $1) }
    }

    isolated deinit { http.close() }

    var url: String { "http://127.0.0.1:\(http.port)" }

    /// Gives an update, as JSON, with the next answer.
    func give(_ update: String) {
        updates.append(update)
        answerPoll()
    }

    /// The next getMe is a gateway's own.
    func expectGateway() { (calls, isGatewayExpected) = ([], true) }

    private func receive(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        let method = request.path.baseName ?? ""
        let parameters = (try? JSON(parsing: request.body)) ?? [:]
        // As GatewayTest tells the gateway to ask; no made-up value is 10.
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
