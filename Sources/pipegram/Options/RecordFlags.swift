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

/// That a gateway writes updates down beside its work.
struct RecordFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Add each update to a file before anything else is done with it, as 'pipegram record' does.",
            valueName: "file"),
        completion: .file())
    var record: String?

    @OptionGroup var redactionFlags: RedactionFlags

    func validate() throws {
        if redactionFlags.redact, record == nil {
            throw ValidationError("--redact goes with --record FILE.")
        }
    }

    /// Nil where nothing is to be recorded.
    @MainActor func record(of bot: BotAPISession) throws(GatewayFailure) -> UpdateRecord? {
        guard let record else { return nil }
        return try redactionFlags.record(at: record, of: bot)
    }
}
