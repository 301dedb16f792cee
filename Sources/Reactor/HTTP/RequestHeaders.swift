import CCurl

/// The lists of headers that a transfer's requests carry; libcurl reads them while a request is on its way.
nonisolated struct RequestHeaders: ~Copyable {
    // Without `Expect:` libcurl asks for leave before a longer body, and waits a second for it.
    private let usual: UnsafeMutablePointer<curl_slist>? = curl_slist_append(nil, "Expect:")
    private let usualOfJSON: UnsafeMutablePointer<curl_slist>? = curl_slist_append(
        curl_slist_append(nil, "Expect:"), "Content-Type: application/json")
    /// Those of the last request that had some of its own.
    private var own: UnsafeMutablePointer<curl_slist>?

    init() {}

    deinit {
        curl_slist_free_all(usual)
        curl_slist_free_all(usualOfJSON)
        curl_slist_free_all(own)
    }

    /// Sends these with the handle's next request.
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
