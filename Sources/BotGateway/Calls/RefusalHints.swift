import BotAPI

/// Explains, once, a refusal whose usual cause Telegram's words don't tell. Only the log gets the explanation: children
/// get Telegram's words alone.
package struct RefusalHints {
    private var hasExplained = false

    package init() {}

    /// The end of the log line; empty if there is nothing to add.
    package mutating func hint(on error: BotAPIError) -> String {
        guard !hasExplained, error.code == 400, error.reason.hasSuffix("chat not found") else { return "" }
        hasExplained = true
        return
            ". Usual causes: the user has never written to this bot, the bot isn't in that group, or the id is wrong"
    }
}
