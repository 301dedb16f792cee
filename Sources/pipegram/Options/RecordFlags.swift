import ArgumentParser

/// The options to record updates while the gateway runs.
struct RecordFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Append each update to this file",
            valueName: "file"),
        completion: .file())
    var record: String?

    @Flag(help: redactHelp)
    var redact = false

    static let redactHelp: ArgumentHelp = "Replace personal text, but not numeric ids"

    func validate() throws {
        if redact, record == nil {
            throw ValidationError("--redact requires --record FILE.")
        }
    }
}
