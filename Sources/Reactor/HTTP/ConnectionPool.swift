import CCurl

/// A pool of kept-alive connections with their transfers: libcurl's multi interface, driven by the loop.
@MainActor final class ConnectionPool {
    private var onIdle: (() -> Void)?
    private var answeredRequests = 0
    /// Requests over HTTP/2 connections, which several requests can share at a time.
    private var answeredSharedRequests = 0

    let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private var active: [UnsafeMutableRawPointer: Transfer] = [:]
    private var timer: Timer?
    private var timeoutIsDue = false

    private static let initialized = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(on loop: EventLoop, connections: Int) {
        precondition(Self.initialized == CURLE_OK, "libcurl does not start")
        guard let multi = curl_multi_init() else { preconditionFailure("libcurl is out of memory") }
        self.loop = loop
        self.multi = multi
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        _ = curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        _ = curl_multi_set_timer(
            multi,
            { _, milliseconds, context in
                MainActor.assumeIsolated { ConnectionPool.from(context).setTimer(milliseconds) }
                return 0
            }, context)
        _ = curl_multi_set_socket(
            multi,
            { _, socket, interest, context, known in
                let isKnown = known != nil
                MainActor.assumeIsolated { ConnectionPool.from(context).watch(socket, interest, isKnown) }
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

    private static func from(_ context: UnsafeMutableRawPointer?) -> ConnectionPool {
        guard let context else { preconditionFailure("libcurl lost its connections") }
        return Unmanaged<ConnectionPool>.fromOpaque(context).takeUnretainedValue()
    }

    func answered(onlyShared: Bool) -> Int {
        onlyShared ? answeredSharedRequests : answeredRequests
    }

    func add(_ transfer: Transfer) {
        transfer.pool = self
        active[transfer.handle] = transfer
        curl_multi_add_handle(multi, transfer.handle)
    }

    /// Aborts a transfer; its connection is closed.
    func remove(_ transfer: Transfer) {
        guard active.removeValue(forKey: transfer.handle) != nil else { return }
        curl_multi_remove_handle(multi, transfer.handle)
        tellIfIdle()
    }

    /// Aborts a transfer and reports the reason to its completion.
    func giveUp(_ transfer: Transfer, because reason: String) {
        guard active.removeValue(forKey: transfer.handle) != nil else { return }
        let failure = transfer.failure(reason)
        curl_multi_remove_handle(multi, transfer.handle)
        transfer.finish()?(failure)
        tellIfIdle()
    }

    /// Calls `action` once no transfer is left, even if there is none now; never from within libcurl.
    func whenIdle(_ action: @escaping () -> Void) {
        onIdle = action
        tellIfIdle()
    }

    private func tellIfIdle() {
        guard active.isEmpty, onIdle != nil else { return }
        loop.soon { [weak self] in
            if self?.active.isEmpty == true { self?.onIdle?() }
        }
    }

    // MARK: libcurl in the loop

    /// Only schedules the call: libcurl must not be entered from its own callback.
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
        guard interest != CURL_POLL_REMOVE else { return loop.unwatch(socket) }
        var readiness: EventLoop.Readiness = []
        if interest & CURL_POLL_IN != 0 { readiness.insert(.readable) }
        if interest & CURL_POLL_OUT != 0 { readiness.insert(.writable) }
        if isKnown { return loop.change(socket, to: readiness) }
        do {
            try loop.watch(socket, for: readiness) { [unowned self] in act(on: socket, $0.curlMask) }
            curl_multi_assign(multi, socket, UnsafeMutableRawPointer(bitPattern: 1))
        } catch {
            // The request then fails with a timeout.
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
            answeredRequests += 1
            if transfer.isShared { answeredSharedRequests += 1 }
            curl_multi_remove_handle(multi, handle)
            transfer.finish()?(result)
        }
        tellIfIdle()
    }
}

extension EventLoop.Readiness {
    fileprivate var curlMask: Int32 {
        (contains(.readable) ? CURL_CSELECT_IN : 0) | (contains(.writable) ? CURL_CSELECT_OUT : 0)
            | (isDisjoint(with: .closed) ? 0 : CURL_CSELECT_ERR)
    }
}
