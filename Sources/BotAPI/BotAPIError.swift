import JSON
import Reactor

/// A call that the Bot API refused.
///
/// - SeeAlso: https://core.telegram.org/bots/api#making-requests
package struct BotAPIError: Error, CustomStringConvertible {
    /// 400, 401, 403, 404, 409, 413, 429 …, as HTTP has them.
    package let code: Int
    /// Telegram's words, as in `Bad Request: chat not found`.
    package let reason: String
    /// What Telegram adds for machines: `retry_after`, `migrate_to_chat_id`.
    package let parameters: JSON?

    package init(code: Int, reason: String, parameters: JSON? = nil) {
        self.code = code
        self.reason = reason
        self.parameters = parameters
    }

    /// What the gateway itself refuses, worded as Telegram would.
    package static func badRequest(_ reason: String) -> BotAPIError {
        BotAPIError(code: 400, reason: "Bad Request: \(reason)")
    }

    package var description: String { "\(code) \(reason)" }
}

@MainActor extension BotAPIError {
    /// Reads a refusal. A body that isn't Telegram's, such as a proxy's HTML, leaves the status to tell.
    package init(_ response: HTTPClient.Response) {
        let body = BotAPIResponse.parse(response.body)
        let phrase = response.status < 400 ? nil : HTTPStatus.reasonPhrase(response.status)
        self.init(
            code: response.status,
            reason: body?["description"]?.string ?? phrase ?? "HTTP status \(response.status)",
            parameters: body?["parameters"])
    }

    /// How long Telegram wants to be left alone: at least a second.
    package func retryAfter(header seconds: Int) -> Duration {
        .seconds(max(1, parameters?["retry_after"]?.integer ?? Int64(seconds)))
    }

    /// What the group that was called has become: a supergroup of another id.
    package var newChat: Int64? {
        code == 400 ? parameters?["migrate_to_chat_id"]?.integer : nil
    }
}
