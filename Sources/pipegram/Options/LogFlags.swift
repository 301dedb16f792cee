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

    /// A logger on stderr.
    func logger(defaultLevel level: Logger.Level) -> Logger {
        var logger = Logger(label: "pipegram") { [logFormat] _ in StderrLogHandler(format: logFormat) }
        logger.logLevel = logLevel ?? level
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
