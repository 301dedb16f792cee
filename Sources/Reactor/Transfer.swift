import CCurl

/// One request on its way. Its libcurl handle is used again, and with it its options.
@MainActor public final class Transfer {
    /// An answer longer than this is broken: Telegram's longest are a little over 4 MiB.
    private static let answerLimit = 64 << 20

    let handle: UnsafeMutableRawPointer
    /// Where it is on its way.
    weak var pool: ConnectionPool?
    private var answer: [UInt8] = []
    private var done: HTTPClient.Completion?
    private var url: String?
    private let headers: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// How much had gone out, handshakes with proxies included, when the request was about to; nil before.
    private var sentBeforeRequest: Int?

    init(userAgent: String) {
        guard let handle = curl_easy_init() else { preconditionFailure("libcurl is out of memory") }
        self.handle = handle
        // Without `Expect:` libcurl asks for leave before a longer body, and waits a second for it.
        headers = curl_slist_append(curl_slist_append(nil, "Content-Type: application/json"), "Expect:")
        errorText.pointee = 0
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        _ = curl_set_string(handle, CURLOPT_USERAGENT, userAgent)
        _ = curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
        _ = curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        _ = curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        _ = curl_set_long(handle, CURLOPT_TCP_KEEPIDLE, 30)
        _ = curl_set_long(handle, CURLOPT_TCP_KEEPINTVL, 10)
        // A connection that was idle for long may be closed just as the next request goes out on it.
        _ = curl_set_long(handle, CURLOPT_MAXAGE_CONN, 50)
        _ = curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, 15)
        _ = curl_set_long(handle, CURLOPT_PROTOCOLS, Int(CURLPROTO_HTTP | CURLPROTO_HTTPS))
        _ = curl_set_write(
            handle,
            { bytes, size, count, context in
                MainActor.assumeIsolated {
                    Transfer.from(context).receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
                }
            }, context)
        _ = curl_set_before_request(
            handle,
            { context, _, _, _, _ in MainActor.assumeIsolated { Transfer.from(context).requestGoesOut() } },
            context)
    }

    isolated deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context else { preconditionFailure("libcurl lost its transfer") }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    func prepare(_ request: HTTPClient.Request, then done: @escaping HTTPClient.Completion) {
        self.done = done
        sentBeforeRequest = nil
        answer.removeAll(keepingCapacity: answer.capacity <= 1 << 16)
        errorText.pointee = 0
        if url != request.url {
            url = request.url
            _ = curl_set_string(handle, CURLOPT_URL, request.url)
            // Waiting to share a connection is for HTTP/2: over plain HTTP libcurl would wait for the first
            // answer, and a long poll holds that back for its whole time.
            _ = curl_set_long(handle, CURLOPT_PIPEWAIT, request.url.hasPrefix("https:") ? 1 : 0)
        }
        // To libcurl 0 is no limit at all.
        _ = curl_set_long(handle, CURLOPT_TIMEOUT_MS, max(1, Int(request.timeout.milliseconds)))
        guard var body = request.body else {
            _ = curl_set_long(handle, CURLOPT_HTTPGET, 1)
            return
        }
        _ = curl_set_long(handle, CURLOPT_POST, 1)
        _ = curl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.count)
        // libcurl copies the bytes: an array promises no address beyond this call.
        body.withUnsafeMutableBytes { bytes in
            let empty = UnsafeMutableRawPointer(errorText)
            _ = curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? empty)
        }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard answer.count + bytes.count <= Self.answerLimit else { return 0 }
        answer.append(contentsOf: bytes)
        return bytes.count
    }

    /// When a kept connection turns out to be dead, libcurl sends the request again by itself, also when
    /// it had gone out whole: the server may then have acted on it, and would act again.
    private func requestGoesOut() -> Int32 {
        if requestWentOut { return Int32(CURL_PREREQFUNC_ABORT) }
        sentBeforeRequest = sent
        return Int32(CURL_PREREQFUNC_OK)
    }

    private var sent: Int {
        var bytes = 0
        _ = curl_get_long(handle, CURLINFO_REQUEST_SIZE, &bytes)
        return bytes
    }

    private var requestWentOut: Bool {
        sentBeforeRequest.map { sent > $0 } ?? false
    }

    /// It went over a connection that several requests share at a time.
    var isShared: Bool {
        var version = 0
        _ = curl_get_long(handle, CURLINFO_HTTP_VERSION, &version)
        return version == Int(CURL_HTTP_VERSION_2_0)
    }

    func result(_ code: CURLcode) -> Result<HTTPClient.Response, HTTPClient.Failure> {
        guard code == CURLE_OK else {
            return .failure(HTTPClient.Failure(reason: reason(code), requestWentOut: requestWentOut))
        }
        var status = 0
        var retryAfter: curl_off_t = 0
        _ = curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        _ = curl_get_offset(handle, CURLINFO_RETRY_AFTER, &retryAfter)
        return .success(HTTPClient.Response(status: status, body: answer, retryAfter: Int(retryAfter)))
    }

    private func reason(_ code: CURLcode) -> String {
        if code == CURLE_ABORTED_BY_CALLBACK { return "the connection was closed before an answer came" }
        return errorText.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
    }

    func finish() -> HTTPClient.Completion? {
        defer { done = nil }
        return done
    }
}
