import ArgumentParser
import BotGateway

/// What is kept of updates.
struct RedactionFlags: ParsableArguments, Sendable {
    @Flag(
        help: """
            Replace names, texts, phone numbers, file ids and whatever else is written in an update by made-up \
            text. Numeric ids stay.
            """)
    var redact = false

    @MainActor func record(at path: String, of bot: BotAPISession) throws(GatewayFailure) -> UpdateRecord {
        try UpdateRecord(
            path: path, redaction: redact ? Redaction(token: bot.token) : nil, on: bot.loop, log: bot.log)
    }
}
