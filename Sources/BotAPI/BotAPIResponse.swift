import JSON

/// An answer of the Bot API server: the status and the body of its HTTP response.
package struct BotAPIResponse {
    package let status: Int
    package var body: [UInt8]
    /// Seconds, for the header Retry-After.
    package let retryAfter: Int64?
    /// What the body says; nil where that is updates.
    package let outcome: Result<JSON, BotAPIError>?

    /// `{"ok":true,"result":…}`, and Telegram's remark where there is one, as in `Webhook was set`.
    package init(result: JSON, description: String? = nil) {
        var answer: JSON = ["ok": true, "result": result]
        if let description { answer.set("description", JSON(description)) }
        status = 200
        body = answer.asciiBytes
        (retryAfter, outcome) = (nil, .success(result))
    }

    /// The updates are sent byte for byte, though they may not even be JSON.
    package init(updates: some Sequence<[UInt8]>) {
        status = 200
        body =
            Array(#"{"ok":true,"result":["#.utf8) + updates.joined(separator: [UInt8(ascii: ",")])
        body.append(contentsOf: "]}".utf8)
        (retryAfter, outcome) = (nil, nil)
    }

    /// `{"ok":false,"error_code":N,"description":"…"}`, and `parameters` where there are some.
    package init(error: BotAPIError) {
        var answer: JSON = [
            "ok": false, "error_code": JSON(error.code), "description": JSON(error.reason),
        ]
        if let parameters = error.parameters { answer.set("parameters", parameters) }
        status = error.code
        body = answer.asciiBytes
        retryAfter = error.parameters?["retry_after"]?.integer
        outcome = .failure(error)
    }

    package init(_ result: Result<JSON, BotAPIError>) {
        switch result {
        case .success(let result): self.init(result: result)
        case .failure(let error): self.init(error: error)
        }
    }
}

extension JSON {
    /// As Telegram writes it: whatever isn't ASCII as an escape such as `\u0434`, in surrogate pairs where it takes two.
    package var asciiBytes: [UInt8] {
        let bytes = bytes
        guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
        return String(decoding: bytes, as: UTF8.self).utf16.reduce(into: []) { ascii, unit in
            if unit < 0x80 { return ascii.append(UInt8(unit)) }
            let digits = String(unit, radix: 16)
            ascii.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
        }
    }
}
