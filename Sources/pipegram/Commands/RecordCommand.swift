import ArgumentParser

struct RecordCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Write down the updates of a bot as they come, one a line.",
        discussion: """
            Asks Telegram for updates until it is stopped. Each is confirmed, and so forgotten there, once it is on \
            disk. SIGINT or SIGTERM ends it with status 0. What it writes is what 'pipegram replay' reads.

            Durations are written 500ms, 10s, 15m, 1h or never.

            Example:  TELEGRAM_BOT_TOKEN=… pipegram record updates.ndjson
            """)

    @Argument(help: "Where to add them; without it, or with '-', stdout.", completion: .file())
    var file = "-"

    @OptionGroup var redactionFlags: RedactionFlags
    @OptionGroup(title: "Telegram") var telegram: TelegramFlags
    @OptionGroup(title: "Telegram") var tokenFlags: TokenFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags

    @MainActor func start() throws -> ExitCode {
        try RecordRunner(self).run()
    }
}
