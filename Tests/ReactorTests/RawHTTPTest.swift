import Reactor
import TestSupport

/// A client, and a server whose answers the test writes byte for byte.
struct RawHTTPTest: Rigged {
    let rig: TestRig
    let server: RawServer
    let client: HTTPClient

    init(on rig: TestRig) throws {
        self.rig = rig
        server = try rig.rawServer()
        client = rig.client(connections: 2)
    }

    /// Sends a request and waits for its result.
    func ask(
        _ body: HTTPClient.Body = .none, _ change: (inout HTTPClient.Request) -> Void = { _ in }
    ) -> Result<HTTPClient.Response, HTTPClient.Failure>? {
        var request = HTTPClient.Request(
            url: "http://127.0.0.1:\(server.port)/", body: body, timeout: .seconds(10))
        change(&request)
        return settled(HTTPAnswer(to: request, from: client)).result
    }

    func failure(
        _ body: HTTPClient.Body, _ change: (inout HTTPClient.Request) -> Void = { _ in }
    ) -> HTTPClient.Failure? {
        guard case .failure(let failure) = ask(body, change) else { return nil }
        return failure
    }
}
