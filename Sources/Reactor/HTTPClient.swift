import CCurl

/// HTTP requests in the loop, over connections that are kept alive, HTTP/2 where the server offers it.
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

    public typealias Completion = (Result<Response, Failure>) -> Void

    private let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private let userAgent: String
    private var idle: [Transfer] = []
    private var active: [UnsafeMutableRawPointer: Transfer] = [:]
    private var timer: Timer?
    private var timeoutIsDue = false

    private static let initialized = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// - Parameter connections: how many are open at the same time to one server, at most.
    public init(on loop: EventLoop, connections: Int, userAgent: String) {
        precondition(Self.initialized == CURLE_OK, "libcurl does not start")
        guard let multi = curl_multi_init() else { preconditionFailure("libcurl is out of memory") }
        self.loop = loop
        self.multi = multi
        self.userAgent = userAgent
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        _ = curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        _ = curl_multi_set_timer(
            multi,
            { _, milliseconds, context in
                MainActor.assumeIsolated { HTTPClient.from(context).setTimer(milliseconds) }
                return 0
            }, context)
        _ = curl_multi_set_socket(
            multi,
            { _, socket, interest, context, known in
                let isKnown = known != nil
                MainActor.assumeIsolated { HTTPClient.from(context).watch(socket, interest, isKnown) }
                return 0
            }, context)
    }

    isolated deinit {
        for transfer in active.values {
            curl_multi_remove_handle(multi, transfer.handle)
            _ = transfer.finish()
        }
        curl_multi_cleanup(multi)
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> HTTPClient {
        guard let context else { preconditionFailure("libcurl lost its client") }
        return Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue()
    }

    /// Sends a request; `done` is called once, from the loop, unless it is cancelled before.
    @discardableResult
    public func send(_ request: Request, then done: @escaping Completion) -> Transfer {
        let transfer = idle.popLast() ?? Transfer(userAgent: userAgent)
        transfer.prepare(request, then: done)
        active[transfer.handle] = transfer
        curl_multi_add_handle(multi, transfer.handle)
        return transfer
    }

    /// Gives a request up; its connection is closed, and its completion never called.
    public func cancel(_ transfer: Transfer) {
        guard active.removeValue(forKey: transfer.handle) != nil else { return }
        curl_multi_remove_handle(multi, transfer.handle)
        _ = transfer.finish()
    }

    // MARK: libcurl in the loop

    /// Only notes the time: libcurl must not be entered from its own callback.
    private func setTimer(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        if milliseconds > 0 {
            timer = loop.after(.milliseconds(milliseconds)) { [weak self] in
                self?.act(on: CURL_SOCKET_TIMEOUT, 0)
            }
        } else if milliseconds == 0, !timeoutIsDue {
            timeoutIsDue = true
            loop.soon { [weak self] in
                self?.timeoutIsDue = false
                self?.act(on: CURL_SOCKET_TIMEOUT, 0)
            }
        }
    }

    private func watch(_ socket: curl_socket_t, _ interest: Int32, _ isKnown: Bool) {
        guard interest != CURL_POLL_REMOVE else {
            loop.unwatch(socket)
            return
        }
        var readiness: EventLoop.Readiness = []
        if interest & CURL_POLL_IN != 0 { readiness.insert(.readable) }
        if interest & CURL_POLL_OUT != 0 { readiness.insert(.writable) }
        if isKnown { return loop.change(socket, to: readiness) }
        do {
            try loop.watch(socket, for: readiness) { [unowned self] in act(on: socket, $0.curlMask) }
            curl_multi_assign(multi, socket, UnsafeMutableRawPointer(bitPattern: 1))
        } catch {
            // The request then runs into its timeout, and is told as failed.
        }
    }

    private func act(on socket: curl_socket_t, _ mask: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, mask, &running)
        finishTransfers()
    }

    private func finishTransfers() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard let handle = message.pointee.easy_handle, let transfer = active.removeValue(forKey: handle)
            else { continue }
            let result = transfer.result(curl_message_result(message))
            curl_multi_remove_handle(multi, handle)
            let done = transfer.finish()
            idle.append(transfer)
            done?(result)
        }
    }
}

extension EventLoop.Readiness {
    fileprivate var curlMask: Int32 {
        (contains(.readable) ? CURL_CSELECT_IN : 0) | (contains(.writable) ? CURL_CSELECT_OUT : 0)
            | (isDisjoint(with: .closed) ? 0 : CURL_CSELECT_ERR)
    }
}
