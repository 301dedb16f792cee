import JSON
import Reactor
import TestSupport

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

/// A poller and a simulated Telegram in one loop, with everything that the poller reported.
final class PollerTest: Rigged {
    let rig: TestRig
    let server: SimulatorServer
    let poller: TelegramPoller
    let api: BotAPIClient

    private(set) var updates: [Update] = []
    private(set) var batches: [[Int64]] = []
    private(set) var failures: [GatewayFailure?] = []
    /// Whether a batch is taken at once; otherwise the test calls `unread` to take it.
    var takes = true
    var unread: () -> Void = {}
    /// Called with each batch.
    var onBatch: () -> Void = {}

    init(token: String, options: TelegramPoller.Options, on rig: TestRig) throws {
        self.rig = rig
        server = try rig.simulator()
        api = try rig.api(at: server.url, token: token)
        poller = TelegramPoller(api: api, options: options, on: rig.loop, log: rig.log.logger)
        poller.onUpdates = { [unowned self] in
            updates += $0.updates
            batches.append($0.updates.map(\.id))
            onBatch()
            if takes { $0.taken() } else { unread = $0.taken }
        }
        poller.onEnd = { [unowned self] in failures.append($0) }
    }

    var ids: [Int64] { updates.map(\.id) }
    var offsets: [Int64?] { server.polls.map { $0["offset"]?.integer } }

    @discardableResult
    func add(_ text: String = "hi") -> Int64? {
        server.add(["message_id": 1, "chat": ["id": 42], "text": JSON(text)], as: "message")
    }

    /// Waits until this many getUpdates have arrived.
    func waitForPoll(_ number: Int) -> Bool { wait { server.polls.count >= number } }

    /// Starts the poller with this fault before the first update.
    func startInto(_ fault: Fault, times: Int = 1) -> Bool {
        server.fail(method: "getUpdates", times: times, with: fault)
        add()
        poller.start()
        return hurry { !updates.isEmpty }
    }
}
