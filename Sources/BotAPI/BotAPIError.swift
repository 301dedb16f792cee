import JSON
import Reactor

/// An error response of the Bot API.
///
/// - SeeAlso: https://core.telegram.org/bots/api#making-requests
package struct BotAPIError: Error, CustomStringConvertible {
    /// The HTTP status: 400, 401, 403, 404, 409, 413, 429 …
    package let code: Int
    /// Telegram's description, as in `Bad Request: chat not found`.
    package let reason: String
    /// Telegram's machine-readable details: `retry_after`, `migrate_to_chat_id`.
    package let parameters: JSON?

    package init(code: Int, reason: String, parameters: JSON? = nil) {
        self.code = code
        self.reason = reason
        self.parameters = parameters
    }

    /// An error found by the gateway itself, in Telegram's wording.
    package static func badRequest(_ reason: String) -> BotAPIError {
        BotAPIError(code: 400, reason: "Bad Request: \(reason)")
    }

    package var description: String { "\(code) \(reason)" }
}

@MainActor extension BotAPIError {
    /// Longer waits are cut to this: the next 429 says whether the chat still has to wait.
    package static let longestWait = Duration.seconds(3600)

    /// In characters. Telegram's own are much shorter, and they go to the log.
    private static let longestReason = 4096

    /// An error in the Bot API's words: `{"ok":false,"error_code":N,"description":"…"}`.
    ///
    /// - Parameter status: the HTTP status, for a body without an `error_code` of 400 to 599.
    init(_ body: JSON, status: Int) {
        let given = body["error_code"]?.integer ?? body["error_code"]?.string.flatMap { Int64($0) }
        let code = given.flatMap { (400..<600).contains($0) ? Int($0) : nil }
        let reason = body["description"]?.string.map { String($0.prefix(Self.longestReason)) }
        self.init(
            code: code ?? max(status, 400), reason: reason ?? Self.reason(of: status),
            parameters: body["parameters"])
    }

    /// A response that isn't the Bot API's, such as a proxy's page: only its HTTP status says anything.
    init(stranger response: HTTPClient.Response) {
        let kind = response.contentType.prefix { $0 != ";" }.prefix(100)
        let body = response.body.isEmpty ? "an empty body" : kind.isEmpty ? "an unknown body" : String(kind)
        self.init(
            code: response.status,
            reason: "\(Self.reason(of: response.status)) with \(body), not from the Bot API")
    }

    private static func reason(of status: Int) -> String {
        HTTPStatus.reasonPhrase(status) ?? "HTTP status \(status)"
    }

    /// How long Telegram asks for silence, from a second to `longestWait`.
    package func retryAfter(header seconds: Int) -> Duration {
        min(.seconds(max(1, parameters?["retry_after"]?.integer ?? Int64(seconds))), Self.longestWait)
    }

    /// The id of the supergroup that the called group has become.
    package var newChat: Int64? {
        code == 400 ? parameters?["migrate_to_chat_id"]?.integer : nil
    }
}
