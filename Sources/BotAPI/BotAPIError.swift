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
    /// Reads an error response. If the body isn't the Bot API's, such as a proxy's HTML page, the reason is the HTTP
    /// status.
    package init(_ response: HTTPClient.Response) {
        let body = BotAPIResponse.parse(response.body)
        let phrase = response.status < 400 ? nil : HTTPStatus.reasonPhrase(response.status)
        self.init(
            code: response.status,
            reason: body?["description"]?.string ?? phrase ?? "HTTP status \(response.status)",
            parameters: body?["parameters"])
    }

    /// How long to wait before the next call: at least a second.
    package func retryAfter(header seconds: Int) -> Duration {
        .seconds(max(1, parameters?["retry_after"]?.integer ?? Int64(seconds)))
    }

    /// The id of the supergroup that replaces the called group.
    package var newChat: Int64? {
        code == 400 ? parameters?["migrate_to_chat_id"]?.integer : nil
    }
}
