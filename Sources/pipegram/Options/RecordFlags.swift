import ArgumentParser
import BotGateway

/// That a gateway writes updates down beside its work.
struct RecordFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Append each update to this file, as 'pipegram record' does.",
            valueName: "file"),
        completion: .file())
    var record: String?

    @OptionGroup var redactionFlags: RedactionFlags

    func validate() throws {
        if redactionFlags.redact, record == nil {
            throw ValidationError("--redact requires --record FILE.")
        }
    }

    /// Nil where nothing is to be recorded.
    @MainActor func record(of bot: BotAPISession) throws(GatewayFailure) -> UpdateRecord? {
        guard let record else { return nil }
        return try redactionFlags.record(at: record, of: bot)
    }
}
