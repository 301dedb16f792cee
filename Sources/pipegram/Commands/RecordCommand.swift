import ArgumentParser
import BotGateway
import Glibc
import Logging
import Reactor

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

/// What is kept of updates.
struct RedactionFlags: ParsableArguments, Sendable {
    @Flag(
        help: """
            Replace names, texts, phone numbers, file ids and whatever else is written in an update by made-up \
            text. Numeric ids stay.
            """)
    var redact = false

    @MainActor func record(at path: String, of bot: BotConnection) throws(GatewayFailure) -> UpdateRecord {
        try UpdateRecord(
            path: path, redaction: redact ? Redaction(token: bot.token) : nil, on: bot.loop, log: bot.log)
    }
}

/// That a gateway writes updates down beside its work.
struct RecordFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Add each update to a file before anything else is done with it, as 'pipegram record' does.",
            valueName: "file"),
        completion: .file())
    var record: String?

    @OptionGroup var redactionFlags: RedactionFlags

    func validate() throws {
        if redactionFlags.redact, record == nil {
            throw ValidationError("--redact goes with --record FILE.")
        }
    }

    /// Nil where nothing is to be recorded.
    @MainActor func record(of bot: BotConnection) throws(GatewayFailure) -> UpdateRecord? {
        guard let record else { return nil }
        return try redactionFlags.record(at: record, of: bot)
    }
}

/// The parts of `record`, put together.
@MainActor private final class RecordRunner {
    private let command: RecordCommand
    private let bot: BotConnection
    private let record: UpdateRecord
    private let poller: TelegramPoller
    private var signals: Signals?
    private var isWriting = false
    private var isStopping = false

    /// So long a stop waits for whoever reads what is written.
    private static let patience = Duration.seconds(5)

    init(_ command: RecordCommand) throws {
        self.command = command
        let log = command.logFlags.logger(usually: .info)
        bot = try BotConnection(command.telegram.server, command.tokenFlags, log: log)
        do {
            record = try command.redactionFlags.record(at: command.file, of: bot)
        } catch {
            throw error.asFailure
        }
        poller = TelegramPoller(
            api: bot.api, options: command.telegram.polling(log: log), on: bot.loop, log: log)
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: bot.loop) { [unowned self] in stop(on: $0) }
        record.onFailure = { [unowned self] in recordFailed($0) }
        poller.onUpdates = { [unowned self] in take($0) }
        poller.onEnd = { [unowned self] in if let failure = $0 { bot.end(with: failure) } }
        return try bot.run(deletingWebhook: command.telegram.deleteWebhook) { [unowned self] user in
            bot.introduce(user, doing: "recording updates")
            poller.start()
        }
    }

    private func take(_ batch: UpdateBatch) {
        isWriting = true
        record.add(batch.updates) { [unowned self] in
            isWriting = false
            batch.taken()
            if isStopping { confirm() }
        }
    }

    private func stop(on signal: Int32) {
        if isStopping { _exit(128 + signal) }
        isStopping = true
        poller.stop()
        guard isWriting else { return confirm() }
        bot.loop.after(Self.patience) { [bot] in bot.end() }
    }

    private func confirm() {
        poller.confirm { [bot] in bot.end() }
    }

    private func recordFailed(_ error: SystemError) {
        // Whoever reads has seen enough, as with `| head`: like other filters we go without a word.
        if error.code == EPIPE { return bot.end(.signal(SIGPIPE)) }
        bot.end(with: GatewayFailure(.inputOutput, "\(error)"))
    }
}
