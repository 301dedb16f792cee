import ArgumentParser

struct RecordCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record a bot's updates, one per line.",
        usage: "pipegram record [<options>] [<file>]",
        discussion: """
            Polls Telegram for updates until it is stopped. An update is confirmed, and so deleted at Telegram, once \
            it is on disk. On SIGINT or SIGTERM it exits with 0. 'pipegram replay' reads the output. --redact replaces names, texts \
            and other strings with made-up ones. Beside a running gateway of the same bot it would miss updates: use \
            'pipegram run --record FILE' there.

            Durations are written 500ms, 10s, 15m, 1h or never.

            Example:  TELEGRAM_BOT_TOKEN=… pipegram record updates.ndjson
            """)

    @Argument(help: "File to append to ('-' is stdout)", completion: .file())
    var file = "-"

    @Flag(help: RecordFlags.redactHelp)
    var redact = false

    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Telegram") var polling: PollingFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags<InfoByDefault>
    @OptionGroup var configurationFlags: ConfigurationFlags
}
