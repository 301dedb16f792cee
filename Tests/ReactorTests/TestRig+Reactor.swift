import Reactor
import TestSupport

extension TestRig {
    /// An HTTP client and a server.
    func http(
        connections: Int = 4, renewal: HTTPClient.Renewal = .init(requests: 500)
    ) throws -> HTTPTest {
        try HTTPTest(connections: connections, renewal: renewal, on: self)
    }

    /// An HTTP client, and a server whose answers the test writes byte for byte.
    func rawHTTP() throws -> RawHTTPTest { try RawHTTPTest(on: self) }
}
