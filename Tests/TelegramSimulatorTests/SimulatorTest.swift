import JSON
import Reactor
import TestSupport

@testable import TelegramSimulator

/// A simulated Telegram and an HTTP client in one loop.
struct SimulatorTest: Rigged {
    let rig: TestRig
    let server: SimulatorServer
    let client: HTTPClient

    init(
        strictness: Strictness, clock: SimulatedClock = .running { 1_700_000_000 }, on rig: TestRig
    ) throws {
        self.rig = rig
        server = try rig.simulator(strictness: strictness, clock: clock)
        client = rig.client()
    }

    /// Sends a call without waiting for its answer.
    func send(
        _ method: String, _ parameters: JSON? = [:], token: String = "7:secret",
        within timeout: Duration = .seconds(5)
    ) -> HTTPAnswer {
        send(
            method, parameters.map { .json($0.bytes) } ?? HTTPClient.Body.none, token: token, within: timeout)
    }

    /// Sends a call with any body without waiting for its answer.
    func send(
        _ method: String, _ body: HTTPClient.Body, token: String = "7:secret",
        within timeout: Duration = .seconds(5)
    ) -> HTTPAnswer {
        send(
            HTTPClient.Request(
                url: "\(server.url)/bot\(token)/\(method)", body: body, timeout: timeout))
    }

    func send(_ request: HTTPClient.Request) -> HTTPAnswer {
        HTTPAnswer(to: request, from: client)
    }

    /// Sends a call and waits for its answer.
    func call(
        _ method: String, _ parameters: JSON? = [:], token: String = "7:secret",
        within timeout: Duration = .seconds(5)
    ) -> HTTPAnswer {
        settled(send(method, parameters, token: token, within: timeout))
    }

    /// Asks the control API, with POST if there is a body.
    func ask(_ path: String, _ body: JSON? = nil) -> HTTPAnswer {
        let body = body.map { HTTPClient.Body.json($0.bytes) } ?? HTTPClient.Body.none
        let url = "\(server.url)/simulator\(path)"
        return settled(send(HTTPClient.Request(url: url, body: body, timeout: .seconds(20))))
    }

    /// Starts a getUpdates with a timeout and waits until it has arrived.
    func poll(_ parameters: JSON = ["timeout": 50]) -> HTTPAnswer {
        let before = server.polls.count
        let answer = send("getUpdates", parameters)
        _ = wait { server.polls.count > before }
        return answer
    }
}

extension HTTPAnswer {
    /// The ids of the updates in the answer to getUpdates.
    var updateIDs: [Int64]? { json?["result"]?.elements.compactMap { $0["update_id"]?.integer } }
}
