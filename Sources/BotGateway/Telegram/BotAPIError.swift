import JSON

/// A call that the Bot API refused.
///
/// - SeeAlso: https://core.telegram.org/bots/api#making-requests
public struct BotAPIError: Error, CustomStringConvertible {
    /// 400, 401, 403, 404, 409, 413, 429 …, as HTTP has them.
    public let code: Int
    /// Telegram's words, as in `Bad Request: chat not found`.
    public let reason: String
    /// What Telegram adds for machines: `retry_after`, `migrate_to_chat_id`.
    public let parameters: JSON?

    public init(code: Int, reason: String, parameters: JSON? = nil) {
        self.code = code
        self.reason = reason
        self.parameters = parameters
    }

    /// What the gateway itself refuses, worded as Telegram would.
    public static func badRequest(_ reason: String) -> BotAPIError {
        BotAPIError(code: 400, reason: "Bad Request: \(reason)")
    }

    public var description: String { "\(code) \(reason)" }
}
