import JSON
import Reactor

/// A response of the Bot API: `{"ok":true,"result":…}` or `{"ok":false,"error_code":N,"description":"…"}`, as the
/// simulator builds it and the gateway reads it.
///
/// - SeeAlso: https://core.telegram.org/bots/api#making-requests
package struct BotAPIResponse {
    package let status: Int
    package var body: [UInt8]
    /// Seconds, for the header Retry-After.
    package let retryAfter: Int64?
    /// What the body says; nil where that is updates.
    package let outcome: Result<JSON, BotAPIError>?

    /// With Telegram's remark where there is one, as in `Webhook was set`.
    package init(result: JSON, description: String? = nil) {
        status = 200
        body = Self.envelope(of: .success(result), description: description).asciiBytes
        (retryAfter, outcome) = (nil, .success(result))
    }

    /// The updates are sent byte for byte, though they may not even be JSON.
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

    /// The JSON around a result or an error; `parameters` where the error has some.
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

    /// The same around the elements of an array, written with commas between them.
    ///
    /// - Parameter further: members behind the result, such as `"last":7`.
    package static func envelope(ofElements elements: [UInt8], further: String = "") -> [UInt8] {
        let end = further.isEmpty ? "]}" : "],\(further)}"
        return Array(#"{"ok":true,"result":["#.utf8) + elements + Array(end.utf8)
    }
}

@MainActor extension BotAPIResponse {
    /// What an HTTP response says; nil for a body that isn't the Bot API's, such as a proxy's page.
    package static func outcome(of response: HTTPClient.Response) -> Result<JSON, BotAPIError>? {
        guard let body = parse(response.body), let isOK = body["ok"]?.bool else { return nil }
        return isOK ? body["result"].map(Result.success) : .failure(BotAPIError(response))
    }

    /// The `result` in the body of a 2xx; nil where there is none.
    package static func result(in body: [UInt8]) -> JSON? { parse(body)?["result"] }

    /// A stranger's bytes in strings that Telegram sends raw needn't be UTF-8.
    static func parse(_ body: [UInt8]) -> JSON? {
        guard let json = body.withUnsafeBytes({ try? JSON(repairing: $0) }), json.isObject else {
            return nil
        }
        return json
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
