import ArgumentParser
import BotGateway

/// Whether recorded updates are redacted.
struct RedactionFlags: ParsableArguments, Sendable {
    @Flag(
        help: "Replace names, texts and other strings with made-up ones; keep numeric ids.")
    var redact = false

    @MainActor func record(at path: String, of bot: BotAPISession) throws(GatewayFailure) -> UpdateRecord {
        try UpdateRecord(
            path: path, redaction: redact ? Redaction(token: bot.token) : nil, on: bot.loop, log: bot.log)
    }
}
