import CCurl

/// A request in flight. Its libcurl handle is reused with its options.
@MainActor package final class Transfer {
    let handle: UnsafeMutableRawPointer
    /// The pool that carries the request.
    weak var pool: ConnectionPool?
    private var response = ResponseBody()
    private var form: OutgoingForm?
    private var stall: StallDetector?
    private var stallTimeout: Duration?
    private var done: HTTPClient.Completion?
    private var url: String?
    private var headers = RequestHeaders()
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// How many bytes were sent before the request itself, for example in a proxy handshake; nil until the request
    /// starts.
    private var sentBeforeRequest: Int?

    init(userAgent: String, certificates: String?) {
        guard let handle = curl_easy_init() else { preconditionFailure("libcurl is out of memory") }
        self.handle = handle
        errorText.pointee = 0
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        _ = curl_set_string(handle, CURLOPT_USERAGENT, userAgent)
        if let certificates { _ = curl_set_string(handle, CURLOPT_CAINFO, certificates) }
        _ = curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        _ = curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        _ = curl_set_long(handle, CURLOPT_TCP_KEEPIDLE, 30)
        _ = curl_set_long(handle, CURLOPT_TCP_KEEPINTVL, 10)
        // A server may close a long-idle connection just as the next request goes out on it.
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
        errorText.deallocate()
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context else { preconditionFailure("libcurl lost its transfer") }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    func prepare(_ request: HTTPClient.Request, then done: @escaping HTTPClient.Completion) {
        self.done = done
        (sentBeforeRequest, stallTimeout) = (nil, request.stallTimeout)
        response.reset(for: request)
        errorText.pointee = 0
        if url != request.url {
            url = request.url
            _ = curl_set_string(handle, CURLOPT_URL, request.url)
            // Waiting to share a connection is only useful for HTTP/2. Over plain HTTP, libcurl would wait for the
            // first response, which a long poll delays for its whole timeout.
            _ = curl_set_long(handle, CURLOPT_PIPEWAIT, request.url.hasPrefix("https:") ? 1 : 0)
        }
        // libcurl treats 0 as no limit.
        _ = curl_set_long(handle, CURLOPT_TIMEOUT_MS, max(1, Int(request.timeout.milliseconds)))
        setBody(request.body)
        headers.set(request.headers, isJSON: request.body.isJSON, on: handle)
        setRange(request)
        _ = curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, request.acceptsAnyCertificate ? 0 : 1)
        _ = curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, request.acceptsAnyCertificate ? 0 : 2)
    }

    /// Each case undoes the options of the handle's previous request.
    private func setBody(_ body: HTTPClient.Body) {
        switch body {
        case .none:
            _ = curl_set_long(handle, CURLOPT_HTTPGET, 1)
        case .json(var body):
            _ = curl_set_long(handle, CURLOPT_POST, 1)
            _ = curl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.count)
            // libcurl copies the bytes, because an array's address is valid only during this call.
            body.withUnsafeMutableBytes { bytes in
                let empty = UnsafeMutableRawPointer(errorText)
                _ = curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? empty)
            }
        case .form(let parts):
            let form = OutgoingForm(parts, for: handle)
            self.form = form
            // With POSTFIELDS set, libcurl 7 doesn't rewind a form when it sends it again.
            _ = curl_set_pointer(handle, CURLOPT_POSTFIELDS, nil)
            _ = curl_set_pointer(handle, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(form.mime))
        }
    }

    private func setRange(_ request: HTTPClient.Request) {
        let range = request.offset > 0 ? "\(request.offset)-" : nil
        _ = curl_set_string(handle, CURLOPT_RANGE, range)
        guard request.destination != nil || request.wantsDate else {
            _ = curl_set_header(handle, nil, nil)
            return
        }
        _ = curl_set_header(
            handle,
            { bytes, size, count, context in
                MainActor.assumeIsolated {
                    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                    Transfer.from(context).response.read(header: line)
                }
                return size * count
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        response.append(bytes) { head } ? bytes.count : 0
    }

    private var head: (status: Int, length: Int) {
        var status = 0
        _ = curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return (status, offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T))
    }

    private var contentType: String {
        var text: UnsafePointer<CChar>?
        _ = curl_get_string(handle, CURLINFO_CONTENT_TYPE, &text)
        return text.map { String(cString: $0) } ?? ""
    }

    private func offset(_ info: CURLINFO) -> Int {
        var offset: curl_off_t = 0
        _ = curl_get_offset(handle, info, &offset)
        return Int(offset)
    }

    /// Called before each attempt. If a kept-alive connection turns out to be dead, libcurl sends the request again,
    /// even if all of it had been sent. The server may have processed the first one, so the new attempt is refused.
    private func requestGoesOut() -> Int32 {
        if requestWentOut {
            return Int32(CURL_PREREQFUNC_ABORT)
        }
        sentBeforeRequest = sent
        watchForStall()
        return Int32(CURL_PREREQFUNC_OK)
    }

    private func watchForStall() {
        stall?.cancel()
        guard let stallTimeout, let pool else { return }
        stall = StallDetector(
            stallTimeout, on: pool.loop, position: { [weak self] in self?.moved ?? 0 },
            onStall: { [weak self, weak pool] in
                guard let self else { return }
                pool?.giveUp(self, because: "no data was transferred for \(stallTimeout.rounded)")
            })
    }

    /// Bytes of the bodies in both directions.
    private var moved: Int { offset(CURLINFO_SIZE_UPLOAD_T) + offset(CURLINFO_SIZE_DOWNLOAD_T) }

    private var sent: Int {
        var bytes = 0
        _ = curl_get_long(handle, CURLINFO_REQUEST_SIZE, &bytes)
        return bytes
    }

    /// Whether the request was sent; a form must have been sent as a whole. For a form, libcurl's count of written
    /// bytes isn't used, because it restarts when libcurl sends the form again. Instead, bytes that libcurl has read
    /// count as sent.
    private var requestWentOut: Bool { hasBegun && form?.wasReadWhole ?? true }

    /// Whether any of the request was sent.
    private var hasBegun: Bool { sentBeforeRequest.map { sent > $0 } ?? false }

    /// Whether the connection was HTTP/2, which several requests can share at a time.
    var isShared: Bool {
        var version = 0
        _ = curl_get_long(handle, CURLINFO_HTTP_VERSION, &version)
        return version == Int(CURL_HTTP_VERSION_2_0)
    }

    func result(_ code: CURLcode) -> Result<HTTPClient.Response, HTTPClient.Failure> {
        if code == CURLE_OK { response.end { head } }
        guard code == CURLE_OK, response.error == nil else {
            return failure(reason(code), code: Int(code.rawValue))
        }
        return .success(
            HTTPClient.Response(
                status: head.status, body: response.bytes, retryAfter: offset(CURLINFO_RETRY_AFTER),
                contentType: contentType, received: response.received, date: response.date))
    }

    func failure(_ reason: String, code: Int = 0) -> Result<HTTPClient.Response, HTTPClient.Failure> {
        .failure(
            HTTPClient.Failure(
                reason: reason, requestWentOut: requestWentOut, brokeOff: hasBegun && !requestWentOut,
                isFileError: (form?.error ?? response.fileError) != nil, code: code))
    }

    private func reason(_ code: CURLcode) -> String {
        if let error = form?.error ?? response.error { return error }
        if code == CURLE_ABORTED_BY_CALLBACK { return "the connection was closed before an answer came" }
        return errorText.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
    }

    /// Releases the request's resources and returns its completion.
    func finish() -> HTTPClient.Completion? {
        defer { done = nil }
        response.finish()
        stall?.cancel()
        stall = nil
        if form != nil {
            _ = curl_set_pointer(handle, CURLOPT_MIMEPOST, nil)
            form = nil
        }
        return done
    }
}
