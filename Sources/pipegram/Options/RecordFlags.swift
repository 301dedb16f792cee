import ArgumentParser

/// The options to record updates while the gateway runs.
struct RecordFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Append each update to this file",
            valueName: "file"),
        completion: .file())
    var record: String?

    @OptionGroup var redactionFlags: RedactionFlags

    func validate() throws {
        if redactionFlags.redact, record == nil {
            throw ValidationError("--redact requires --record FILE.")
        }
    }
}
