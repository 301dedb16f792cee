import ArgumentParser
import JSON
import Logging

/// The log's level and format.
struct LogFlags<Default: DefaultLogLevel>: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Minimum log level", valueName: "level"))
    var logLevel = Default.level

    @Option(
        help: ArgumentHelp(
            "Log format (default: text; in systemd's journal, fields)",
            valueName: "format"))
    var logFormat: LogFormat?
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json
}

/// A command's log level without --log-level.
protocol DefaultLogLevel: Sendable {
    static var level: Logger.Level { get }
}

/// For a command that runs until it is stopped.
enum InfoByDefault: DefaultLogLevel {
    static let level = Logger.Level.info
}

/// For a command that ends by itself.
enum NoticeByDefault: DefaultLogLevel {
    static let level = Logger.Level.notice
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
