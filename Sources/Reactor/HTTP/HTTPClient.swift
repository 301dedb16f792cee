/// HTTP requests in the loop, over connections that are kept alive, HTTP/2 where the server offers it.
///
/// A server ends an HTTP/2 connection after so many requests (nginx after 1,000) and refuses those that were
/// on their way then; libcurl doesn't tell such a request from one that the server may have acted on. So
/// connections are changed for new ones well before.
///
/// Proxies are what libcurl takes from the environment (`https_proxy`, `no_proxy`, …).
@MainActor package final class HTTPClient {
    /// What to send, where to put the response, and how long to wait for it.
    package struct Request {
        package fileprivate(set) var url: String
        package var body: Body
        /// For the whole of it, the wait for a free connection included.
        package var timeout: Duration
        /// Once the request goes out: given up when nothing moves in either direction for so long, found out up to a
        /// quarter later. That includes the wait for the response.
        package var stallTimeout: Duration?
        /// Where the body of a 2xx goes; those of other statuses, and all of them without it, are kept in memory.
        ///
        /// The file begins anew with a 200 and goes on with a 206. What came before a failure stays in it.
        package var destination: OutputFile?
        /// Asks for the file from this byte on, where it is greater than 0; `destination` has those before.
        package var offset = 0
        /// Beside those of its own: names and values without line ends.
        package var headers: [(name: String, value: String)] = []
        /// Asks whoever answers, whatever certificate they show.
        package var acceptsAnyCertificate = false
        /// The longest file that may come to be in `destination`, in bytes: a longer one fails.
        package var sizeLimit: Int?
        /// The response's Date header is looked for.
        package var wantsDate = false

        package init(url: String, body: Body = .none, timeout: Duration) {
            self.url = url
            self.body = body
            self.timeout = timeout
        }
    }

    /// What a request carries.
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

    /// A field of a form. Names may have any character.
    package struct Part {
        package enum Content {
            case text([UInt8])
            /// Read while it goes out, and never held in memory; `name` is the file's name for the server.
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
        /// Empty where it went into the request's destination.
        package let body: [UInt8]
        /// The seconds of a Retry-After header; 0 without one.
        package let retryAfter: Int
        /// The Content-Type header; empty without one.
        package let contentType: String
        /// How many bytes of body came, wherever they went.
        package let received: Int
        /// The Date header in Unix time, where the request wanted it and there is one.
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

        /// The fields of a body of multipart/form-data; none of any other, nor of a broken one.
        package var parts: [ReceivedPart] {
            guard MultipartParser.isMultipart(contentType),
                var form = MultipartParser(contentType: contentType, keptBytes: body.count)
            else { return [] }
            body.withUnsafeBytes { form.parse($0) }
            form.finish()
            return form.error == nil ? form.parts : []
        }
    }

    /// No response came.
    package struct Failure: Error, CustomStringConvertible {
        /// In libcurl's words, or in ours where a file is to blame.
        package let reason: String
        /// The server may have acted on it: something of the request went out. Of a form with files, as far as can
        /// be known here, all of it: it is worth nothing without its end.
        package let requestWentOut: Bool
        /// It broke off: something of the request went out, and not all of it.
        package let brokeOff: Bool
        /// A file of ours is to blame, and not the server or the way there.
        package let isFileError: Bool
        /// libcurl's number for it, as libcurl-errors(3) has them; 0 where it isn't libcurl that gave up.
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
    }

    /// After how many requests connections are changed for new ones.
    package struct Renewal {
        package fileprivate(set) var requests: Int
        /// Only those count that went over a connection with others, as HTTP/2 has it.
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
    private let renewal: Renewal
    private var pool: ConnectionPool
    /// Pools that take no new request and wait for their last responses.
    private var retired: [ConnectionPool] = []
    private var idle: [Transfer] = []

    /// - Parameters:
    ///   - connections: how many are open at the same time to one server, at most.
    ///   - renewal: when new connections are made.
    package init(
        on loop: EventLoop, connections: Int, userAgent: String, renewal: Renewal = Renewal(requests: 500)
    ) {
        (self.loop, self.connections, self.userAgent, self.renewal) = (loop, connections, userAgent, renewal)
        pool = ConnectionPool(on: loop, connections: connections)
    }

    /// Sends a request; `done` is called once, from the loop, unless it is cancelled before.
    @discardableResult
    package func send(_ request: Request, then done: @escaping Completion) -> Transfer {
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
