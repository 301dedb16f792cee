import JSON
import Reactor
import TestSupport

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

/// A webhook and a simulated Telegram in one loop, with everything that the source reported.
final class WebhookTest: Rigged {
    let rig: TestRig
    let server: SimulatorServer
    let source: WebhookSource
    let secret: String
    let url: String
    let api: BotAPIClient
    private let client: HTTPClient

    private(set) var updates: [Update] = []
    private(set) var failures: [GatewayFailure?] = []
    private(set) var answers = 0
    /// Whether an update is taken at once; otherwise the test calls `takeAll`.
    var takes = true
    private var untaken: [() -> Void] = []

    init(
        token: String, taken: TakenUpdates?, offset: Int64?, dropsPending: Bool, on rig: TestRig
    ) throws {
        self.rig = rig
        server = try rig.simulator()
        client = rig.client(connections: 20)
        server.deliverToWebhooks(through: client)
        api = try rig.api(at: server.url, token: token)
        let port = try rig.server().port
        url = "http://127.0.0.1:\(port)/secret-path"
        let options = WebhookSource.Options(
            url: url, kinds: ["message"], connections: 10, taken: taken, offset: offset,
            dropsPending: dropsPending)
        secret = options.secret.text
        source = try WebhookSource(
            at: "127.0.0.1", port: port, options: options, api: api, on: rig.loop, log: rig.log.logger)
        source.onUpdates = { [unowned self] in
            updates += $0.updates
            if takes { $0.taken() } else { untaken.append($0.taken) }
        }
        source.onEnd = { [unowned self] in failures.append($0) }
        source.onAnswer = { [unowned self] in answers += 1 }
    }

    var ids: [Int64] { updates.map(\.id) }
    var methods: [String] { server.calls.map(\.method) }

    func takeAll() {
        let actions = untaken
        untaken = []
        for action in actions { action() }
    }

    /// Starts the source, and waits until the webhook is set.
    func start() -> Bool {
        source.start()
        return wait { methods.contains("setWebhook") && log.count("Telegram posts updates") == 1 }
    }

    func add(_ text: String = "hi", in chat: Int64 = 42) {
        server.add(["message_id": 1, "chat": ["id": JSON(chat)], "text": JSON(text)], as: "message")
    }

    /// A request like Telegram's.
    ///
    /// - Parameter secret: nil for the right one; empty for none.
    func post(_ body: [UInt8], secret: String? = nil) -> HTTPAnswer {
        var request = HTTPClient.Request(url: url, body: .json(body), timeout: .seconds(20))
        let secret = secret ?? self.secret
        request.headers = secret.isEmpty ? [] : [(WebhookSecret.header, secret)]
        return HTTPAnswer(to: request, from: client)
    }

    func post(_ id: Int64, text: String = "x") -> HTTPAnswer {
        post(
            Array(#"{"update_id":\#(id),"message":{"message_id":1,"chat":{"id":42},"text":"\#(text)"}}"#.utf8)
        )
    }

    func get() -> HTTPAnswer {
        var request = HTTPClient.Request(url: url, timeout: .seconds(20))
        request.headers = [(WebhookSecret.header, secret)]
        return HTTPAnswer(to: request, from: client)
    }
}

extension TestRig {
    /// A webhook of a simulated Telegram.
    func webhook(
        token: String = "7:secret", taken: TakenUpdates? = nil, offset: Int64? = nil,
        dropsPending: Bool = false
    ) throws -> WebhookTest {
        try WebhookTest(token: token, taken: taken, offset: offset, dropsPending: dropsPending, on: self)
    }
}
