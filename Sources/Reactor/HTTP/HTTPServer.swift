import CMicroHTTPD
import CSystem

/// Answers HTTP/1.1 requests, on 127.0.0.1 unless told otherwise, in the loop; made for simulators and tests.
///
/// Connections are kept alive, and without a time limit. A request may wait for its response as long as it
/// likes: it costs nothing meanwhile.
@MainActor package final class HTTPServer {
    package struct Request {
        /// In capitals, as in `GET`.
        package var method: String
        /// Percent-decoded, without the query.
        package var path: String
        /// The query's arguments, decoded, in their order; without a `=` the value is empty.
        package fileprivate(set) var query: [(name: String, value: String)]
        /// The Content-Type header as it came; empty without one.
        package var contentType: String
        /// The Range header as it came; empty without one.
        package var range = ""
        /// All of them, as they came.
        package var headers: [(name: String, value: String)] = []
        /// Empty for a form, whose parts are in `parts`.
        package var body: [UInt8]
        /// The fields of a multipart/form-data body, in their order.
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

        /// A header's first value; its name in any case.
        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// Gets every request once its body is there whole. The responder may be kept and used later.
    package var onRequest: (Request, Responder) -> Void = { $1.respond(status: 404) }

    /// Asked once a request's head is there: after how many bytes of its body the connection is to be closed, as a
    /// bad one would be; nil takes all of them.
    package var breaksOffAfter: (Request) -> Int? = { _ in nil }

    /// Where it listens.
    package private(set) var port: UInt16 = 0
    /// How many connections have been accepted since the start.
    package private(set) var connectionsOpened = 0

    /// Of a connection, for a request's head with all that a query may say: a message of 4096 emoji takes 48 KiB there.
    private static let headLimit = 512 << 10

    /// Of a file that comes in a form so many bytes are kept.
    let keptBytes: Int
    private let loop: EventLoop
    private let bodyLimit: Int
    private var daemon: OpaquePointer?
    private var timer: Timer?
    private var isRunning = false
    private var runIsDue = false
    /// The connections whose request waits for its response.
    private var held: Set<OpaquePointer> = []

    /// - Parameters:
    ///   - host: an address such as `127.0.0.1` or `::1`, no name.
    ///   - port: 0 lets the system pick one.
    ///   - bodyLimit: in bytes; a longer body is read to its end and answered with an empty 413. One of
    ///     multipart/form-data has no limit, for its files aren't held, but may have no longer text than 1 MiB.
    ///   - keptBytes: how much of such a file is held all the same, its beginning.
    package init(
        on loop: EventLoop, host: String = "127.0.0.1", port: UInt16 = 0, bodyLimit: Int = 1 << 20,
        keptBytes: Int = 1 << 20
    ) throws(SystemError) {
        self.loop = loop
        self.bodyLimit = bodyLimit
        self.keptBytes = keptBytes
        guard let daemon = listen(on: host, port) else { throw SystemError("listening on \(host):\(port)") }
        self.daemon = daemon
        self.port = mhd_port(daemon)
        try loop.watch(mhd_epoll(daemon), for: .readable) { [weak self] _ in self?.run() }
    }

    isolated deinit { close() }

    /// How many connections are open.
    package var connectionsOpen: Int { daemon.map { Int(mhd_connections($0)) } ?? 0 }

    /// Stops listening and closes every connection, those of waiting requests too.
    package func close() {
        guard let daemon else { return }
        // libmicrohttpd can't be stopped from its own callback.
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
        MHD_run(daemon)
        isRunning = false
        timer?.cancel()
        timer = nil
        var milliseconds: UInt64 = 0
        guard MHD_get_timeout(daemon, &milliseconds) == .YES else { return }
        timer = loop.after(.milliseconds(milliseconds)) { [weak self] in self?.run() }
    }

    // MARK: what libmicrohttpd calls

    private static func from(_ context: UnsafeMutableRawPointer?) -> HTTPServer {
        guard let context else { preconditionFailure("libmicrohttpd lost its server") }
        return Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    }

    private func listen(on host: String, _ port: UInt16) -> OpaquePointer? {
        mhd_listen(
            host, port, Self.headLimit,
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

    /// Called for a request's head, then for each piece of its body, then at its end, and once more for a
    /// request that was held.
    ///
    /// - Returns: false closes the connection.
    private func access(
        _ connection: OpaquePointer, _ head: () -> Request, piece: UnsafeRawBufferPointer,
        _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Bool {
        guard let responder = Responder.from(slot.pointee) else {
            let responder = Responder(to: head(), on: connection, in: self)
            slot.pointee = Unmanaged.passRetained(responder).toOpaque()
            responder.expectBody(limit: bodyLimit, breaksOffAfter: breaksOffAfter)
            return true
        }
        guard piece.isEmpty else { return responder.receive(piece) }
        return responder.proceed(onRequest)
    }

    func hold(_ connection: OpaquePointer, for responder: Responder) {
        held.insert(connection)
        MHD_suspend_connection(connection)
        // Where watching fails, a client that leaves isn't noticed: the response then goes to nobody.
        try? loop.watch(mhd_socket(connection), for: .leaving) { [weak responder] _ in
            responder?.clientLeft()
        }
    }

    func release(_ connection: OpaquePointer) {
        guard held.remove(connection) != nil else { return }
        resume(connection)
        // Without a thread of its own libmicrohttpd doesn't make its epoll descriptor readable for this.
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
    /// The other end closed its half of the connection.
    fileprivate static let leaving = EventLoop.Readiness(rawValue: EPOLLRDHUP.rawValue)
}
