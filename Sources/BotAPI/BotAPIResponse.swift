import JSON
import Reactor

/// A response of the Bot API: `{"ok":true,"result":…}` or `{"ok":false,"error_code":N,"description":"…"}`. The
/// simulator builds it, and the gateway reads it.
///
/// - SeeAlso: https://core.telegram.org/bots/api#making-requests
package struct BotAPIResponse {
    package let status: Int
    package var body: [UInt8]
    /// The Retry-After header, in seconds.
    package let retryAfter: Int64?
    /// The body's result or error; nil for a list of updates.
    package let outcome: Result<JSON, BotAPIError>?

    /// - Parameter description: Telegram's remark on success, as in `Webhook was set`.
    package init(result: JSON, description: String? = nil) {
        status = 200
        body = Self.envelope(of: .success(result), description: description).asciiBytes
        (retryAfter, outcome) = (nil, .success(result))
    }

    /// Sends the updates byte for byte; they needn't be valid JSON.
    package init(updates: some Sequence<[UInt8]>) {
        status = 200
        body = Self.envelope(ofElements: Array(updates.joined(separator: [UInt8(ascii: ",")])))
        (retryAfter, outcome) = (nil, nil)
    }

    package init(error: BotAPIError) {
        status = error.code
        body = Self.envelope(of: .failure(error)).asciiBytes
        retryAfter = error.parameters?["retry_after"]?.integer
        outcome = .failure(error)
    }

    package init(_ result: Result<JSON, BotAPIError>) {
        switch result {
        case .success(let result): self.init(result: result)
        case .failure(let error): self.init(error: error)
        }
    }

    /// The JSON of a response with a result or an error, including the error's `parameters` if it has any.
    package static func envelope(of outcome: Result<JSON, BotAPIError>, description: String? = nil) -> JSON {
        switch outcome {
        case .success(let result):
            var envelope: JSON = ["ok": true, "result": result]
            if let description { envelope.set("description", JSON(description)) }
            return envelope
        case .failure(let error):
            var envelope: JSON = [
                "ok": false, "error_code": JSON(error.code), "description": JSON(error.reason),
            ]
            if let parameters = error.parameters { envelope.set("parameters", parameters) }
            return envelope
        }
    }

    /// Same for a result that is an array.
    ///
    /// - Parameters:
    ///   - elements: the array's elements, separated by commas.
    ///   - further: members after the result, such as `"last":7`.
    package static func envelope(ofElements elements: [UInt8], further: String = "") -> [UInt8] {
        let end = further.isEmpty ? "]}" : "],\(further)}"
        return Array(#"{"ok":true,"result":["#.utf8) + elements + Array(end.utf8)
    }
}

@MainActor extension BotAPIResponse {
    /// Who answered a request, and what.
    package enum Verdict {
        /// `{"ok":true`…
        case success
        /// `{"ok":false,"error_code":N,"description":"…"}`
        case failure(BotAPIError)
        /// No JSON object with `ok`: a proxy, a load balancer or another web server answered instead of the Bot API.
        case stranger(BotAPIError)
    }

    /// Only the body says whether the Bot API answered: every web server has an HTTP status.
    package static func verdict(on response: HTTPClient.Response) -> Verdict {
        // Also of a body that was cut off: its call has been carried out.
        if beginsWithSuccess(response.body) { return .success }
        guard let body = parse(response.body), let isOK = body["ok"]?.bool else {
            return .stranger(BotAPIError(stranger: response))
        }
        return isOK ? .success : .failure(BotAPIError(body, status: response.status))
    }

    /// Whether a body begins with `{"ok":true`, with or without white space. Large bodies needn't be parsed for it.
    private static func beginsWithSuccess(_ body: [UInt8]) -> Bool {
        var rest = body[...]
        for token in ["{", "\"ok\"", ":", "true"] {
            rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            guard rest.starts(with: token.utf8) else { return false }
            rest = rest.dropFirst(token.utf8.count)
        }
        return true
    }

    /// The `result` in the body of a 2xx; nil if it is missing.
    package static func result(in body: [UInt8]) -> JSON? { parse(body)?["result"] }

    /// Tolerates invalid UTF-8 in strings: Telegram passes some text from users through as it is.
    static func parse(_ body: [UInt8]) -> JSON? {
        guard let json = body.withUnsafeBytes({ try? JSON(repairing: $0) }), json.isObject else {
            return nil
        }
        return json
    }
}

extension JSON {
    /// As written by Telegram: characters outside ASCII are escaped, as in `\u0434`, with surrogate pairs if needed.
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
