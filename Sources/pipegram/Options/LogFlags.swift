import ArgumentParser
import JSON
import Logging

/// How much is logged, and how it looks.
struct LogFlags: ParsableArguments, Sendable {
    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case text, json
    }

    @Option(
        help: ArgumentHelp(
            "The least important records to log: 'info', and in 'chat', 'replay' and 'send' 'notice', unless one is "
                + "named.", valueName: "level"))
    var logLevel: Logger.Level?

    @Option(help: ArgumentHelp("One line a record, as text or as JSON.", valueName: "format"))
    var logFormat = Format.text

    /// A logger on stderr.
    func logger(defaultLevel level: Logger.Level) -> Logger {
        var logger = Logger(label: "pipegram") { [logFormat] _ in StderrLogHandler(format: logFormat) }
        logger.logLevel = logLevel ?? level
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
