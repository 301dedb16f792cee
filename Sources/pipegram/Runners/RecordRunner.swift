import ArgumentParser
import BotGateway
import Glibc
import Reactor

/// Runs `record`: polls for updates, and confirms them once they are written.
@MainActor final class RecordRunner {
    private let command: RecordCommand
    private let session: BotAPISession
    private let record: UpdateRecord
    private let poller: TelegramPoller
    private var signals: Signals?
    private var isWriting = false
    private var isStopping = false
    private let terminalHangup = TerminalHangup()

    /// How long a stop waits for a slow reader of the output.
    private static let stopTimeout = Duration.seconds(5)

    init(_ command: RecordCommand) throws {
        self.command = command
        let log = command.logFlags.logger()
        session = try BotAPISession(command.server, log: log)
        try Self.checkNoGatewayRuns(for: session.token.bot, command)
        do {
            record = try session.record(at: command.file, redacted: command.redact)
        } catch {
            throw error.asFailure
        }
        poller = TelegramPoller(
            api: session.api, options: command.polling.pollOptions(log: log), on: session.loop, log: log)
    }

    /// Telegram gives each update to one program only: beside a gateway, both would miss some.
    private static func checkNoGatewayRuns(for bot: String, _ command: RecordCommand) throws {
        guard let path = StateDirectory.path(given: nil, variable: Environment.variable, bot: bot),
            let pid = StateDirectory.gateway(of: bot, in: path)
        else { return }
        let file = command.file == "-" ? "FILE" : command.file.shellQuoted
        let redact = command.redact ? " --redact" : ""
        throw Failure(
            .temporary,
            "'pipegram run' is running for this bot\(pid > 0 ? " (process \(pid))" : ""), and Telegram gives each update "
                + "to one program only. Stop it, or record with it: pipegram run --record \(file)\(redact) …")
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM, SIGHUP], on: session.loop) { [unowned self] in handle($0) }
        record.onFailure = { [unowned self] in recordFailed($0) }
        poller.onUpdates = { [unowned self] in take($0) }
        poller.onEnd = { [unowned self] in if let failure = $0 { session.end(with: failure) } }
        return try session.run(deletingWebhook: command.polling.deleteWebhook) { [unowned self] user in
            session.introduce(user, doing: "recording updates")
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

    private func handle(_ signal: Int32) {
        guard signal == SIGHUP, record.isFile, !terminalHangup.isTerminalGone else { return stop(on: signal) }
        record.reopen()
    }

    private func stop(on signal: Int32) {
        if isStopping { _exit(128 + signal) }
        isStopping = true
        poller.stop()
        guard isWriting else { return confirm() }
        session.loop.after(Self.stopTimeout) { [session] in session.end() }
    }

    private func confirm() {
        poller.confirm { [session] in session.end() }
    }

    private func recordFailed(_ error: SystemError) {
        session.end(with: error.asOutputFailure)
    }
}

extension RecordCommand: LoopCommand {
    @MainActor func start() throws -> ExitCode {
        try RecordRunner(self).run()
    }
}
