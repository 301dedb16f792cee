import ArgumentParser
import JSON
import Logging

/// The log's level and format.
struct LogFlags: ParsableArguments, Sendable {
    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case text, json
    }

    @Option(
        help: ArgumentHelp(
            "Minimum log level (default: info; notice in 'chat', 'replay' and 'send').", valueName: "level"))
    var logLevel: Logger.Level?

    @Option(help: ArgumentHelp("Log format.", valueName: "format"))
    var logFormat = Format.text
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
