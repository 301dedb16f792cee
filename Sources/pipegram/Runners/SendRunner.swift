import ArgumentParser
import BotGateway
import Glibc
import Logging
import Reactor

/// Runs `send`: reads calls from stdin, sends them, and writes results to stdout and to the --resume file.
@MainActor final class SendRunner {
    private let command: SendCommand
    private let session: BotAPISession
    private let lines: StdioLines
    private let caller: TelegramCaller
    private let results: ResultFile?
    private let sender: BatchSender
    private let input: SendInput
    private var signals: Signals?
    /// The outcome once all calls in flight are answered; nil while running.
    private var ending: Result<ExitCode, Failure>?
    private var isSignedIn = false
    /// A server that restarts may reject a good token for a moment.
    private var rejection = RepeatedRefusal(limit: .seconds(30))

    /// How long a stop waits for calls in flight.
    private static let stopTimeout = Duration.seconds(5)

    init(_ command: SendCommand) throws {
        self.command = command
        session = try BotAPISession(
            command.server, log: command.logFlags.logger())
        lines = try StdioLines(on: session.loop)
        let results = ReservedFiles([command.resume].compactMap(\.self))
        caller = session.caller(
            command.callFlags, uploads: try command.callFlags.fileFlags.uploads().excluding(results),
            files: ChildFiles(in: nil, temporaryDirectory: Environment.spoolDirectory))
        // Each line is a call to make, and has a result of its own.
        caller.policy.supersedes = false
        if let relay = command.relay(for: session.token.bot, on: session.loop) {
            caller.relay(through: { relay.perform($0, then: $1) })
        }
        do throws(GatewayFailure) {
            if let path = command.resume {
                self.results = try ResultFile(path, on: session.loop, log: session.log)
            } else {
                self.results = nil
            }
        } catch {
            throw error.asFailure
        }
        sender = BatchSender(
            to: caller, lineLimit: command.maxLine.bytes, after: self.results?.earlier ?? EarlierResults())
        input = SendInput(command, to: sender, log: session.log)
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: session.loop) { [unowned self] in stop(on: $0) }
        caller.onUnauthorized = { [unowned self] error in
            guard rejection.happened(at: .current) == .tooLong else { return }
            stop(with: .failure(Failure(.noPermission, SignIn.unauthorized(error))))
        }
        results?.onFailure = { [unowned self] in stop(with: .failure($0.asFailure)) }
        lines.output.onFailure = { [unowned self] in stop(with: $0.asOutputFailure) }
        lines.input.mayGoOn = { [unowned self] in hasRoom }
        lines.input.onPiece = { [unowned self] in input.read($0) }
        lines.input.onFailure = { [unowned self] in
            stop(with: .failure(Failure(.inputOutput, "\($0)")))
        }
        sender.onResult = { [unowned self] in handle($0) }
        sender.onEnd = { [unowned self] in inputEnded(otherLine: $0) }
        if let limit = command.timeout.duration {
            session.loop.after(limit) { [weak self] in self?.timeIsUp(limit) }
        }
        return try session.run { [unowned self] user in
            session.introduce(user, doing: "sending calls")
            isSignedIn = true
            if ending == nil { input.start(lines.input, log: session.log) }
        }
    }

    private var hasRoom: Bool { ending == nil && sender.hasRoom && lines.hasRoom && !caller.isPaused }

    /// Writes the result to the file before printing it and before starting another call.
    private func handle(_ result: BatchSender.Result) {
        if result.isSuccess { rejection.ended() }
        guard let results else { return lines.output.write(result.line) }
        results.add(result.record) { [lines] in lines.output.write(result.line) }
        guard results.hasUnwritten, !caller.isPaused else { return }
        // A resumed run would send a call again if its result isn't in the file.
        caller.isPaused = true
        results.whenWritten { [unowned self] in if ending == nil { caller.isPaused = false } }
    }

    private func inputEnded(otherLine: Int?) {
        guard let otherLine else {
            guard let results, results.hasUnwritten else {
                return stop(with: .success(sender.tally.exitCode))
            }
            return results.whenWritten { [unowned self] in stop(with: .success(sender.tally.exitCode)) }
        }
        let path = command.resume ?? ""
        lines.input.stop()
        session.end(
            with: GatewayFailure(
                .unusableState,
                "\(path) has the results of other calls: line \(otherLine) of the input differs; nothing was sent. "
                    + "Use the same input, or choose another file"))
    }

    // MARK: shutdown

    private func stop(on signal: Int32) {
        if ending != nil { _exit(128 + signal) }
        if isSignedIn {
            session.log.notice("stopping: waiting for calls in flight; a second signal exits at once")
        }
        stop(with: .success(.signal(signal)))
    }

    private func timeIsUp(_ limit: Duration) {
        stop(
            with: .failure(
                Failure(.temporary, "--timeout \(limit.rounded) passed before all of the input was sent")))
    }

    /// Starts no more calls, and ends when those in flight are answered or `stopTimeout` has passed.
    private func stop(with result: Result<ExitCode, Failure>) {
        guard ending == nil else { return }
        ending = result
        lines.input.stop()
        caller.isPaused = true
        let deadline = Instant.current + Self.stopTimeout
        waitForAnswers(until: deadline)
    }

    private func waitForAnswers(until deadline: Instant) {
        let isQuiet = caller.inFlight + caller.downloadsInFlight == 0 && results?.hasUnwritten != true
        guard !isQuiet || lines.hasUnreadOutput, Instant.current < deadline else { return end() }
        session.loop.after(.milliseconds(5)) { [weak self] in self?.waitForAnswers(until: deadline) }
    }

    private func end() {
        caller.abandonDownloads()
        let lost = results?.giveUp() ?? 0
        results?.sync()
        let isDone = sender.openLines + lost == 0 && (try? ending?.get()) == sender.tally.exitCode
        session.log.notice("\(sender.tally.summary)\(isDone ? "" : "; \(remainder)")")
        if lost > 0, let path = command.resume {
            let results = lost.counted("result")
            session.log.error(
                "\(results) couldn't be written to \(path): a resumed run sends those calls again")
        }
        if let ending { session.end(with: ending) }
    }

    /// How far the input was processed, and how to continue.
    private var remainder: String {
        guard isSignedIn else {
            return "stopped before Telegram answered, so nothing was sent; run the same command again"
        }
        var text = "stopped before the end of the input"
        if let first = sender.firstOpenLine {
            text += "; without a result: \(sender.openLines.counted("line")), the first is line \(first)"
            if caller.inFlight > 0 { text += "; \(caller.inFlight) of them may have been sent" }
        }
        guard let path = command.resume else {
            return text + "; use --resume FILE to be able to continue"
        }
        return text + "; run the same command with --resume \(path) to continue"
    }
}

extension SendCommand: LoopCommand {
    /// To the bot's running gateway; nil if it can't be reached.
    @MainActor fileprivate func relay(for bot: String, on loop: EventLoop) -> GatewayRelay? {
        guard stateFlags.cluster == nil, let place = try? stateFlags.path(bot: bot),
            StateDirectory.gateway(of: bot, in: place) != nil,
            let client = try? ControlClient(at: StateDirectory.controlSocket(in: place), on: loop)
        else { return nil }
        return GatewayRelay(through: client)
    }

    @MainActor func start() throws -> ExitCode {
        dryRun ? try DryRunSend(self).run() : try SendRunner(self).run()
    }
}
