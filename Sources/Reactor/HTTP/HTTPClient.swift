/// Sends HTTP requests over kept-alive connections, with HTTP/2 where the server offers it.
///
/// A server closes an HTTP/2 connection after a number of requests (nginx after 1,000) and refuses the requests in
/// flight at that time. libcurl doesn't distinguish these from requests that the server may have processed. So the
/// client changes to new connections well before (see `Renewal`).
///
/// Proxies are those that libcurl takes from the environment (`https_proxy`, `no_proxy`, …).
@MainActor package final class HTTPClient {
    /// A request: its body, destination and timeouts.
    package struct Request {
        package fileprivate(set) var url: String
        package var body: Body
        /// For the whole request, including the wait for a free connection.
        package var timeout: Duration
        /// After the request starts going out, it fails if no bytes move in either direction for this long, detected up
        /// to a quarter later. The wait for the response counts too.
        package var stallTimeout: Duration?
        /// The file for the body of a 2xx response. Other bodies, and all bodies if this is nil, are kept in memory.
        ///
        /// A 200 replaces the file's contents, a 206 appends to them. Bytes received before a failure stay in the file.
        package var destination: OutputFile?
        /// Requests the file from this offset if it is above 0; `destination` must have the bytes before it.
        package var offset = 0
        /// Added to the client's own headers; without line breaks.
        package var headers: [(name: String, value: String)] = []
        /// Whether to accept any TLS certificate.
        package var acceptsAnyCertificate = false
        /// The maximum size of `destination` in bytes; a longer response fails.
        package var sizeLimit: Int?
        /// Whether to parse the response's Date header.
        package var wantsDate = false

        package init(url: String, body: Body = .none, timeout: Duration) {
            self.url = url
            self.body = body
            self.timeout = timeout
        }
    }

    /// The body of a request.
    package enum Body {
        /// A GET.
        case none
        /// A POST of JSON.
        case json([UInt8])
        /// A POST of multipart/form-data.
        case form([Part])

        var isJSON: Bool {
            if case .json = self { true } else { false }
        }
    }

    /// A form field. Names may contain any character.
    package struct Part {
        package enum Content {
            case text([UInt8])
            /// Read while it is sent, never held in memory; `name` is the file name for the server.
            case file(InputFile, name: String)
        }

        package var name: String
        package fileprivate(set) var content: Content

        package init(_ name: String, _ content: Content) {
            self.name = name
            self.content = content
        }
    }

    package struct Response {
        package let status: Int
        /// Empty if the body went into the request's destination.
        package let body: [UInt8]
        /// The seconds in the Retry-After header; 0 without one.
        package let retryAfter: Int
        /// The Content-Type header; empty without one.
        package let contentType: String
        /// How many bytes of the body arrived, in memory or in a file.
        package let received: Int
        /// The Date header in Unix time; nil without one, or if the request didn't want it.
        package let date: Int64?

        init(
            status: Int, body: [UInt8], retryAfter: Int, contentType: String = "", received: Int? = nil,
            date: Int64? = nil
        ) {
            self.contentType = contentType
            self.date = date
            self.status = status
            self.body = body
            self.retryAfter = retryAfter
            self.received = received ?? body.count
        }

        /// The fields of a multipart/form-data body; empty for any other body, and for a malformed one.
        package var parts: [ReceivedPart] {
            guard MultipartParser.isMultipart(contentType),
                var form = MultipartParser(contentType: contentType, keptBytes: body.count)
            else { return [] }
            body.withUnsafeBytes { form.parse($0) }
            form.finish()
            return form.error == nil ? form.parts : []
        }
    }

    /// A request without a complete response.
    package struct Failure: Error, CustomStringConvertible {
        /// libcurl's description of the error, or ours for a file error.
        package let reason: String
        /// Whether the server may have processed the request, because some of it was sent. A form with files must have
        /// been sent as a whole, as far as that is known here: without its end the server rejects it.
        package let requestWentOut: Bool
        /// Whether the request was sent in part only.
        package let brokeOff: Bool
        /// Whether a local file caused the failure, and not the server or the network.
        package let isFileError: Bool
        /// libcurl's error code, see libcurl-errors(3); 0 if the error isn't libcurl's.
        package let code: Int

        package init(
            reason: String, requestWentOut: Bool, brokeOff: Bool = false, isFileError: Bool = false,
            code: Int = 0
        ) {
            self.code = code
            self.reason = reason
            self.requestWentOut = requestWentOut
            self.brokeOff = brokeOff
            self.isFileError = isFileError
        }

        package var description: String { reason }

        package func mapReason(_ transform: (String) -> String) -> Failure {
            Failure(
                reason: transform(reason), requestWentOut: requestWentOut, brokeOff: brokeOff,
                isFileError: isFileError, code: code)
        }
    }

    /// When the client changes to new connections.
    package struct Renewal {
        package fileprivate(set) var requests: Int
        /// Whether only requests over HTTP/2 connections, which are shared, count.
        package fileprivate(set) var countsOnlyShared = true

        package init(requests: Int, countsOnlyShared: Bool = true) {
            self.requests = requests
            self.countsOnlyShared = countsOnlyShared
        }
    }

    package typealias Completion = (Result<Response, Failure>) -> Void

    private let loop: EventLoop
    private let connections: Int
    private let userAgent: String
    private let certificates: String?
    private let renewal: Renewal
    private var pool: ConnectionPool
    /// Pools that receive no new requests and wait for their last responses.
    private var retired: [ConnectionPool] = []
    private var idle: [Transfer] = []

    /// - Parameters:
    ///   - connections: the maximum number of open connections to a server.
    ///   - certificates: the file with the trusted authorities; nil for libcurl's.
    ///   - renewal: when to change to new connections.
    package init(
        on loop: EventLoop, connections: Int, userAgent: String, certificates: String? = nil,
        renewal: Renewal = Renewal(requests: 500)
    ) {
        (self.loop, self.connections, self.userAgent, self.renewal) = (loop, connections, userAgent, renewal)
        self.certificates = certificates
        pool = ConnectionPool(on: loop, connections: connections)
    }

    /// Sends a request. The loop calls `done` once, unless the request is cancelled first.
    @discardableResult
    package func send(_ request: Request, then done: @escaping Completion) -> Transfer {
        let transfer = idle.popLast() ?? Transfer(userAgent: userAgent, certificates: certificates)
        transfer.prepare(request) { [weak self] result in
            self?.idle.append(transfer)
            // libcurl's words may repeat a proxy's address with its password.
            done(result.mapError { $0.mapReason { Credentials.redact($0, of: request.url) } })
        }
        if pool.answered(onlyShared: renewal.countsOnlyShared) >= renewal.requests { renew() }
        pool.add(transfer)
        return transfer
    }

    /// Cancels a request: its connection is closed, and its completion isn't called. Don't call this after the
    /// completion: by then the transfer may carry another request.
    package func cancel(_ transfer: Transfer) {
        transfer.pool?.remove(transfer)
        _ = transfer.finish()
    }

    private func renew() {
        retired.append(pool)
        pool.whenIdle { [weak self, unowned pool] in self?.retired.removeAll { $0 === pool } }
        pool = ConnectionPool(on: loop, connections: connections)
    }
}
