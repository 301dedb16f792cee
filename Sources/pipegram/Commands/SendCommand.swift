import ArgumentParser
import BotGateway

struct SendCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send calls read as JSON lines from stdin, or text.",
        usage: """
            pipegram send [<options>] <FILE
            pipegram send [<options>] --chat <id|@name> [<text> ...]
            """,
        discussion: """
            Reads the same lines that a bot writes, such as {"type":"telegram.send_message","chat_id":42,"text":"hi"}, \
            and sends them with the same retries and rate limits, in order for each chat. Prints a result for \
            each call on stdout. At the end of the input it exits with 0 if all calls were sent, else with 1. On \
            SIGINT or SIGTERM it waits for the calls in flight, prints how far it got, and exits with 128 plus the signal's \
            number. While Telegram can't be reached it retries until then, or until --timeout, which gives 75.

            The bot's running gateway sends them, among the bot's own calls, except those with files; without one, send \
            does.

            With --chat, it sends text instead: its arguments, or stdin. Text over 4,096 characters becomes several \
            messages.

            --resume FILE appends each result to FILE, and skips the calls that have a result there. --dry-run \
            needs no token.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  TELEGRAM_BOT_TOKEN=… pipegram send --resume done.ndjson <calls.ndjson
                      df -h | pipegram send --chat 42
            """)

    // A group's id begins with a minus, so it must not be parsed as an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Send text to this chat", valueName: "id|@name"))
    var chat: String?

    @Argument(help: ArgumentHelp("Text for --chat (default: stdin)", valueName: "text"))
    var text: [String] = []

    @Flag(help: "Print the calls instead of sending them")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Results file, to continue after an interruption", valueName: "file"),
        completion: .file())
    var resume: String?

    @Option(help: .duration("Time limit for everything, for example in cron"))
    var timeout = DurationValue.never

    @Option(help: ArgumentHelp("Maximum length of an input line", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue(bytes: 1 << 20)

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Telegram") var callFlags: CallFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags<NoticeByDefault>
    @OptionGroup var configurationFlags: ConfigurationFlags

    func validate() throws {
        try validateText()
        if dryRun, resume != nil {
            throw ValidationError("--dry-run and --resume exclude each other.")
        }
    }

    private func validateText() throws {
        if let chat, MainActor.assumeIsolated({ TextCalls(chat: chat) }) == nil {
            throw ValidationError("Invalid --chat '\(chat)': it must be a chat's id or @name.")
        }
        guard let first = text.first else { return }
        if chat == nil {
            // ArgumentParser reports a misspelled option, whose value looks like a text here.
            guard !UsageHints.hasUnknownOption else { return }
            throw ValidationError(
                "Unexpected '\(first)': to send text, add --chat ID; to send the calls in a file, write <\(first)"
            )
        }
        if text.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { throw ValidationError("The text is empty.") }
    }
}
