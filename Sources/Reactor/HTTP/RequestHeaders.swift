import CCurl

/// The header lists of a transfer's requests. libcurl reads them while a request is being sent.
nonisolated struct RequestHeaders: ~Copyable {
    // Without `Expect:`, libcurl asks for permission before a long body and waits up to a second for it.
    private let usual: UnsafeMutablePointer<curl_slist>? = curl_slist_append(nil, "Expect:")
    private let usualOfJSON: UnsafeMutablePointer<curl_slist>? = curl_slist_append(
        curl_slist_append(nil, "Expect:"), "Content-Type: application/json")
    /// The headers of the last request that had additional ones.
    private var own: UnsafeMutablePointer<curl_slist>?

    init() {}

    deinit {
        curl_slist_free_all(usual)
        curl_slist_free_all(usualOfJSON)
        curl_slist_free_all(own)
    }

    /// Sends these headers with the handle's next request.
    mutating func set(
        _ further: [(name: String, value: String)], isJSON: Bool, on handle: UnsafeMutableRawPointer
    ) {
        var header = isJSON ? usualOfJSON : usual
        guard !further.isEmpty else {
            _ = curl_set_pointer(handle, CURLOPT_HTTPHEADER, header)
            return
        }
        var list: UnsafeMutablePointer<curl_slist>?
        while let next = header {
            list = curl_slist_append(list, next.pointee.data)
            header = next.pointee.next
        }
        for header in further { list = curl_slist_append(list, "\(header.name): \(header.value)") }
        _ = curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
        curl_slist_free_all(own)
        own = list
    }
}
