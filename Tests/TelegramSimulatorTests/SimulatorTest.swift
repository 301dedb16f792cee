import JSON
import Reactor

@testable import TelegramSimulator

/// A simulated Telegram and an HTTP client in one loop.
struct SimulatorTest {
    /// A request on its way, and in the end its answer.
    final class Answer {
        var result: Result<HTTPClient.Response, HTTPClient.Failure>?
        fileprivate(set) weak var transfer: Transfer?

        var response: HTTPClient.Response? { try? result?.get() }
        var status: Int? { response?.status }
        var json: JSON? { response.flatMap { try? JSON(parsing: $0.body) } }
        var text: String? { response.map { String(decoding: $0.body, as: UTF8.self) } }
        var failure: HTTPClient.Failure? {
            guard case .failure(let failure) = result else { return nil }
            return failure
        }
        /// The ids of the updates that getUpdates gave.
        var updateIDs: [Int64]? { json?["result"]?.elements.compactMap { $0["update_id"]?.integer } }
    }

    let loop: EventLoop
    let server: SimulatorServer
    let client: HTTPClient

    init(strictness: SimulatedTelegram.Strictness = .lenient) throws {
        loop = try EventLoop()
        server = try SimulatorServer(
            on: loop, telegram: SimulatedTelegram(strictness: strictness) { 1_700_000_000 })
        client = HTTPClient(on: loop, connections: 4, userAgent: "test")
    }

    /// Sends a call without waiting for its answer.
    func send(
        _ method: String, _ parameters: JSON? = [:], token: String = "7:secret",
        within timeout: Duration = .seconds(5)
    ) -> Answer {
        send(
            method, parameters.map { .json($0.bytes) } ?? HTTPClient.Body.none, token: token, within: timeout)
    }

    /// Sends a call in any form without waiting for its answer.
    func send(
        _ method: String, _ body: HTTPClient.Body, token: String = "7:secret",
        within timeout: Duration = .seconds(5)
    ) -> Answer {
        send(
            HTTPClient.Request(
                url: "\(server.url)/bot\(token)/\(method)", body: body, timeout: timeout))
    }

    func send(_ request: HTTPClient.Request) -> Answer {
        let answer = Answer()
        answer.transfer = client.send(request) { answer.result = $0 }
        return answer
    }

    /// The same answer, once it is there.
    func settled(_ answer: Answer) -> Answer {
        _ = settle(answer)
        return answer
    }

    /// Sends a call and waits for its answer.
    func call(
        _ method: String, _ parameters: JSON? = [:], token: String = "7:secret",
        within timeout: Duration = .seconds(5)
    ) -> Answer {
        let answer = send(method, parameters, token: token, within: timeout)
        _ = loop.run(until: { answer.result != nil }, within: .seconds(5))
        return answer
    }

    /// Sends a getUpdates that waits, and lets it arrive.
    func poll(_ parameters: JSON = ["timeout": 50]) -> Answer {
        let before = server.polls.count
        let answer = send("getUpdates", parameters)
        _ = loop.run(until: { server.polls.count > before }, within: .seconds(5))
        return answer
    }

    func settle(_ answers: Answer...) -> Bool {
        loop.run(until: { answers.allSatisfy { $0.result != nil } }, within: .seconds(5))
    }
}
