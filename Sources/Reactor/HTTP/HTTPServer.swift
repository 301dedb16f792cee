import CMicroHTTPD
import CSystem

/// An HTTP/1.1 server in the loop, listening on 127.0.0.1 by default.
///
/// Connections are kept alive; `Limits` says how many and how long. A request may wait for its response for any time at no cost.
@MainActor package final class HTTPServer {
    package struct Request {
        /// In capitals, as in `GET`.
        package var method: String
        /// Percent-decoded, without the query.
        package var path: String
        /// The query's arguments in order, decoded; the value is empty without a `=`.
        package fileprivate(set) var query: [(name: String, value: String)]
        /// The Content-Type header as received; empty without one.
        package var contentType: String
        /// The Range header as received; empty without one.
        package var range = ""
        /// All headers as received.
        package var headers: [(name: String, value: String)] = []
        /// Empty for a form; `parts` has its fields.
        package var body: [UInt8]
        /// The fields of a multipart/form-data body, in order.
        package var parts: [ReceivedPart]

        package init(
            method: String, path: String, query: [(name: String, value: String)] = [],
            contentType: String = "", body: [UInt8] = [], parts: [ReceivedPart] = []
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.contentType = contentType
            self.body = body
            self.parts = parts
        }

        /// The first value of a header; case doesn't matter.
        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    package struct Limits {
        /// How many connections may be open; more wait until one is closed. Nil for libmicrohttpd's limit.
        package var connections: Int?
        /// Whole seconds after which an idle connection is closed; nil for never.
        package var idleTimeout: Duration?
        /// In bytes; a longer body is read to its end and answered with an empty 413. A multipart/form-data body has no
        /// limit, because its files aren't kept, but no text in it may exceed 1 MiB.
        package var body = 1 << 20
        /// How many bytes of each file in a form are kept, from its start.
        package var keptBytes = 1 << 20

        package init() {}

        fileprivate var forLibrary: mhd_limits {
            mhd_limits(
                memory: HTTPServer.headLimit, connections: UInt32(connections ?? 0),
                timeout: UInt32(idleTimeout?.components.seconds ?? 0))
        }
    }

    /// Called with each request once its body is complete. The responder may be kept and used later.
    package var onRequest: (Request, Responder) -> Void = { $1.respond(status: 404) }

    /// Called once a request's headers are complete. Returns the status with which to reject it, whatever its body is:
    /// that isn't kept. Nil to accept it.
    package var rejects: (Request) -> Int? = { _ in nil }

    /// Called once a request's headers are complete. Returns after how many bytes of the body to close the connection,
    /// to simulate a bad one; nil for never.
    package var breaksOffAfter: (Request) -> Int? = { _ in nil }

    /// The port it listens on.
    package private(set) var port: UInt16 = 0
    /// How many connections have been accepted since the start.
    package private(set) var connectionsOpened = 0

    /// Bytes per connection for a request's line and headers, including the query: a message of 4096 emoji takes 48 KiB
    /// there.
    private static let headLimit = 512 << 10

    let limits: Limits
    private let loop: EventLoop
    private var daemon: OpaquePointer?
    private var timer: Timer?
    private var isRunning = false
    private var runIsDue = false
    /// Connections with a request waiting for its response.
    private var held: Set<OpaquePointer> = []

    /// - Parameters:
    ///   - host: an IP address such as `127.0.0.1` or `::1`, not a name; or the path of a Unix socket, with a `/`.
    ///   - port: 0 lets the system pick one.
    package init(
        on loop: EventLoop, host: String = "127.0.0.1", port: UInt16 = 0, limits: Limits = Limits()
    ) throws(SystemError) {
        self.loop = loop
        self.limits = limits
        guard let daemon = listen(on: host, port) else {
            throw SystemError("listening on \(host.contains("/") ? host : "\(host):\(port)")")
        }
        self.daemon = daemon
        self.port = mhd_port(daemon)
        try loop.watch(mhd_epoll(daemon), for: .readable) { [weak self] _ in self?.run() }
    }

    isolated deinit { close() }

    /// How many connections are open.
    package var connectionsOpen: Int { daemon.map { Int(mhd_connections($0)) } ?? 0 }

    /// Stops listening and closes every connection, even those with waiting requests.
    package func close() {
        guard let daemon else { return }
        // libmicrohttpd can't be stopped from its own callbacks.
        guard !isRunning else { return loop.soon { [self] in close() } }
        self.daemon = nil
        timer?.cancel()
        // libmicrohttpd aborts the program when it is stopped while a connection is suspended.
        held.forEach(resume)
        loop.unwatch(mhd_epoll(daemon))
        MHD_stop_daemon(daemon)
    }

    private func run() {
        guard let daemon else { return }
        runIsDue = false
        isRunning = true
        let open = mhd_connections(daemon)
        MHD_run(daemon)
        isRunning = false
        // Below its limit again, libmicrohttpd accepts connections only after another run, which nothing else causes.
        if mhd_connections(daemon) < open { runSoon() }
        timer?.cancel()
        timer = nil
        var milliseconds: UInt64 = 0
        guard MHD_get_timeout(daemon, &milliseconds) == .YES else { return }
        timer = loop.after(.milliseconds(milliseconds)) { [weak self] in self?.run() }
    }

    // MARK: libmicrohttpd's callbacks

    private static func from(_ context: UnsafeMutableRawPointer?) -> HTTPServer {
        guard let context else { preconditionFailure("libmicrohttpd lost its server") }
        return Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    }

    private func listen(on host: String, _ port: UInt16) -> OpaquePointer? {
        mhd_listen(
            host, port, limits.forLibrary,
            { context, connection, path, method, _, bytes, count, slot in
                guard let connection, let path, let method, let count, let slot else { return .NO }
                let piece = UnsafeRawBufferPointer(start: bytes, count: count.pointee)
                count.pointee = 0
                let goesOn = MainActor.assumeIsolated {
                    HTTPServer.from(context).access(
                        connection, { Request(method, path, on: connection) }, piece: piece, slot)
                }
                return goesOn ? .YES : .NO
            },
            { _, _, slot, _ in
                guard let responder = slot?.pointee else { return }
                slot?.pointee = nil
                MainActor.assumeIsolated { Responder.requestEnded(responder) }
            },
            { context, _, _, event in
                guard event == .CONNECTION_NOTIFY_STARTED else { return }
                MainActor.assumeIsolated { HTTPServer.from(context).connectionsOpened += 1 }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Called for a request's headers, then for each piece of its body, then at its end, and again for a request that
    /// was held.
    ///
    /// - Returns: false to close the connection.
    private func access(
        _ connection: OpaquePointer, _ head: () -> Request, piece: UnsafeRawBufferPointer,
        _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Bool {
        guard let responder = Responder.from(slot.pointee) else {
            let responder = Responder(to: head(), on: connection, in: self)
            slot.pointee = Unmanaged.passRetained(responder).toOpaque()
            responder.expectBody(limit: limits.body, rejects: rejects, breaksOffAfter: breaksOffAfter)
            return true
        }
        guard piece.isEmpty else { return responder.receive(piece) }
        return responder.proceed(onRequest)
    }

    func hold(_ connection: OpaquePointer, for responder: Responder) {
        held.insert(connection)
        MHD_suspend_connection(connection)
        // If watching fails, a disconnected client isn't noticed and the response is lost.
        try? loop.watch(mhd_socket(connection), for: .leaving) { [weak responder] _ in
            responder?.clientLeft()
        }
    }

    func release(_ connection: OpaquePointer) {
        guard held.remove(connection) != nil else { return }
        resume(connection)
        // Without a thread of its own, libmicrohttpd doesn't signal a resumed connection on its epoll descriptor.
        runSoon()
    }

    private func runSoon() {
        guard !runIsDue else { return }
        runIsDue = true
        loop.soon { [weak self] in self?.run() }
    }

    private func resume(_ connection: OpaquePointer) {
        loop.unwatch(mhd_socket(connection))
        MHD_resume_connection(connection)
    }
}

extension HTTPServer.Request {
    fileprivate init(
        _ method: UnsafePointer<CChar>, _ path: UnsafePointer<CChar>, on connection: OpaquePointer
    ) {
        self.init(method: String(cString: method), path: String(cString: path))
        let header = { name in
            MHD_lookup_connection_value(connection, .HEADER_KIND, name).map { String(cString: $0) } ?? ""
        }
        (contentType, range) = (header("Content-Type"), header("Range"))
        query = Self.values(.GET_ARGUMENT_KIND, of: connection)
        headers = Self.values(.HEADER_KIND, of: connection)
    }

    private static func values(
        _ kind: MHD_ValueKind, of connection: OpaquePointer
    ) -> [(name: String, value: String)] {
        var values: [(name: String, value: String)] = []
        withUnsafeMutablePointer(to: &values) { values in
            _ = MHD_get_connection_values(
                connection, kind,
                { values, _, name, value in
                    guard let values, let name else { return .NO }
                    let argument = (String(cString: name), value.map { String(cString: $0) } ?? "")
                    values.assumingMemoryBound(to: [(name: String, value: String)].self).pointee.append(
                        argument)
                    return .YES
                }, values)
        }
        return values
    }
}

extension EventLoop.Readiness {
    /// The client closed its half of the connection.
    fileprivate static let leaving = EventLoop.Readiness(rawValue: EPOLLRDHUP.rawValue)
}
