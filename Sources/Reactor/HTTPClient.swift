/// HTTP requests in the loop, over connections that are kept alive, HTTP/2 where the server offers it.
///
/// A server ends an HTTP/2 connection after so many requests (nginx after 1,000) and refuses those that were
/// on their way then; libcurl doesn't tell such a request from one that the server may have acted on. So
/// connections are changed for new ones well before.
///
/// Proxies are what libcurl takes from the environment (`https_proxy`, `no_proxy`, …).
@MainActor public final class HTTPClient {
    /// What to send, and how long to wait for the whole answer.
    public struct Request {
        public var url: String
        /// JSON, sent as a POST; `nil` is a GET.
        public var body: [UInt8]?
        public var timeout: Duration

        public init(url: String, body: [UInt8]? = nil, timeout: Duration) {
            self.url = url
            self.body = body
            self.timeout = timeout
        }
    }

    public struct Response {
        public let status: Int
        public let body: [UInt8]
        /// The seconds of a Retry-After header; 0 without one.
        public let retryAfter: Int
    }

    /// No answer came.
    public struct Failure: Error, CustomStringConvertible {
        /// In libcurl's words.
        public let reason: String
        /// Something of the request went out: the server may have acted on it.
        public let requestWentOut: Bool

        public init(reason: String, requestWentOut: Bool) {
            self.reason = reason
            self.requestWentOut = requestWentOut
        }

        public var description: String { reason }
    }

    /// After how many requests connections are changed for new ones.
    public struct Renewal {
        public var requests: Int
        /// Only those count that went over a connection with others, as HTTP/2 has it.
        public var countsOnlyShared = true

        public init(requests: Int, countsOnlyShared: Bool = true) {
            self.requests = requests
            self.countsOnlyShared = countsOnlyShared
        }
    }

    public typealias Completion = (Result<Response, Failure>) -> Void

    private let loop: EventLoop
    private let connections: Int
    private let userAgent: String
    private let renewal: Renewal
    private var pool: ConnectionPool
    /// Pools that take no new request and wait for their last answers.
    private var retired: [ConnectionPool] = []
    private var idle: [Transfer] = []

    /// - Parameters:
    ///   - connections: how many are open at the same time to one server, at most.
    ///   - renewal: when new connections are made.
    public init(
        on loop: EventLoop, connections: Int, userAgent: String, renewal: Renewal = Renewal(requests: 500)
    ) {
        (self.loop, self.connections, self.userAgent, self.renewal) = (loop, connections, userAgent, renewal)
        pool = ConnectionPool(on: loop, connections: connections)
    }

    /// Sends a request; `done` is called once, from the loop, unless it is cancelled before.
    @discardableResult
    public func send(_ request: Request, then done: @escaping Completion) -> Transfer {
        let transfer = idle.popLast() ?? Transfer(userAgent: userAgent)
        transfer.prepare(request) { [weak self] result in
            self?.idle.append(transfer)
            done(result)
        }
        if pool.answered(onlyShared: renewal.countsOnlyShared) >= renewal.requests { renew() }
        pool.add(transfer)
        return transfer
    }

    /// Gives a request up; its connection is closed, and its completion never called. Not once it was: the
    /// transfer may then be on its way for somebody else.
    public func cancel(_ transfer: Transfer) {
        transfer.pool?.remove(transfer)
        _ = transfer.finish()
    }

    private func renew() {
        retired.append(pool)
        pool.whenIdle { [weak self, unowned pool] in self?.retired.removeAll { $0 === pool } }
        pool = ConnectionPool(on: loop, connections: connections)
    }
}
