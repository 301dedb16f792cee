import JSON
import Reactor

/// A request on its way, and in the end its answer.
package final class HTTPAnswer {
    package private(set) var result: Result<HTTPClient.Response, HTTPClient.Failure>?
    package private(set) var timesDone = 0
    package private(set) weak var transfer: Transfer?

    package init(to request: HTTPClient.Request, from client: HTTPClient?) {
        transfer = client?.send(request) { [self] in
            result = $0
            timesDone += 1
        }
    }

    package var isThere: Bool { result != nil }
    package var response: HTTPClient.Response? { try? result?.get() }
    package var status: Int? { response?.status }
    package var text: String? { response.map { String(decoding: $0.body, as: UTF8.self) } }
    package var json: JSON? { response.flatMap { try? JSON(parsing: $0.body) } }
    package var failure: HTTPClient.Failure? {
        guard case .failure(let failure) = result else { return nil }
        return failure
    }
}
