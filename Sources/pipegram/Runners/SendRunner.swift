import ArgumentParser
import BotGateway
import Glibc
import Logging
import Reactor

/// The parts of `send`, put together.
@MainActor final class SendRunner {
    private let command: SendCommand
    private let bot: BotConnection
    private let lines: StdioLines
    private let caller: TelegramCaller
    private let results: ResultFile?
    private let feed: BatchSender
    private var signals: Signals?
    /// What it ends with once all that is under way is answered; nil while it goes on.
    private var ending: Result<ExitCode, GatewayFailure>?
    private var isSignedIn = false

    /// So long a stop waits for what is under way.
    private static let patience = Duration.seconds(5)

    init(_ command: SendCommand) throws {
        self.command = command
        bot = try BotConnection(
            command.server, command.tokenFlags, log: command.logFlags.logger(usually: .notice))
        lines = try StdioLines(on: bot.loop)
        caller = command.callFlags.caller(
            of: bot, uploads: try command.fileFlags.uploads(),
            files: ChildFiles(in: nil, temporaryDirectory: spoolDirectory))
        do throws(GatewayFailure) {
            if let path = command.resume {
                results = try ResultFile(path, on: bot.loop, log: bot.log)
            } else {
                results = nil
            }
        } catch {
            throw error.asFailure
        }
        feed = BatchSender(
            to: caller, lineLimit: command.maxLine.bytes, after: results?.earlier ?? EarlierResults())
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: bot.loop) { [unowned self] in stop(on: $0) }
        caller.onUnauthorized = { [unowned self] error in
            stop(with: .failure(GatewayFailure(.unauthorized, SignIn.unauthorized(error))))
        }
        lines.output.onFailure = { [unowned self] in outputFailed($0) }
        lines.input.mayGoOn = { [unowned self] in hasRoom }
        lines.input.onPiece = { [unowned self] in feed.take($0) }
        lines.input.onFailure = { [unowned self] in
            stop(with: .failure(GatewayFailure(.inputOutput, "\($0)")))
        }
        feed.onResult = { [unowned self] in keep($0) }
        feed.onEnd = { [unowned self] in inputDone(otherLine: $0) }
        return try bot.run { [unowned self] user in
            bot.introduce(user, doing: "sending calls")
            isSignedIn = true
            if ending == nil { lines.input.start() }
        }
    }

    private var hasRoom: Bool { ending == nil && feed.hasRoom && lines.areRead && !caller.isPaused }

    /// On file before anyone hears of it, and before the next call takes its place.
    private func keep(_ result: BatchSender.Result) {
        guard let results else { return lines.output.write(result.line) }
        results.add(result.record) { [lines] in lines.output.write(result.line) }
        guard results.isInTrouble, !caller.isPaused else { return }
        // What isn't on file would be sent again.
        caller.isPaused = true
        results.whenWritten { [unowned self] in if ending == nil { caller.isPaused = false } }
    }

    private func inputDone(otherLine: Int?) {
        guard let otherLine else {
            guard let results, results.isInTrouble else { return stop(with: .success(feed.tally.exitCode)) }
            return results.whenWritten { [unowned self] in stop(with: .success(feed.tally.exitCode)) }
        }
        let path = command.resume ?? ""
        lines.input.stop()
        bot.end(
            with: GatewayFailure(
                .unusableState,
                "\(path) has the results of other calls: line \(otherLine) of the input isn't the one that it "
                    + "knows; nothing was sent. Give it the same input, or name another file"))
    }

    // MARK: the end

    private func stop(on signal: Int32) {
        if ending != nil || !isSignedIn { _exit(128 + signal) }
        bot.log.notice("stopping: what is under way is waited for; once more ends at once")
        stop(with: .success(.signal(signal)))
    }

    private func outputFailed(_ error: SystemError) {
        // Nobody reads the results: like other filters it goes without a word.
        if error.code == EPIPE { return stop(with: .success(.signal(SIGPIPE))) }
        stop(with: .failure(GatewayFailure(.inputOutput, "\(error)")))
    }

    /// Begins nothing more, and ends when all that was begun is told, or after a while.
    private func stop(with result: Result<ExitCode, GatewayFailure>) {
        guard ending == nil else { return }
        ending = result
        lines.input.stop()
        caller.isPaused = true
        let deadline = Instant.current + Self.patience
        waitForAnswers(until: deadline)
    }

    private func waitForAnswers(until deadline: Instant) {
        let isQuiet = caller.underWay + caller.downloadsUnderWay == 0 && results?.isInTrouble != true
        guard !isQuiet || lines.areComing, Instant.current < deadline else { return end() }
        bot.loop.after(.milliseconds(5)) { [weak self] in self?.waitForAnswers(until: deadline) }
    }

    private func end() {
        caller.abandonDownloads()
        results?.sync()
        let isDone = feed.openLines == 0 && (try? ending?.get()) == feed.tally.exitCode
        bot.log.notice("\(feed.tally.words)\(isDone ? "" : "; \(rest)")")
        switch ending {
        case .success(let code)?: bot.end(code)
        case .failure(let failure)?: bot.end(with: failure)
        case nil: break
        }
    }

    /// How far it got, and how to go on.
    private var rest: String {
        var words = "stopped before the end of the input"
        if let first = feed.firstOpenLine {
            words += ", \(feed.openLines) lines were read and have no result, the first is line \(first)"
            if caller.underWay > 0 { words += "; \(caller.underWay) of them may have been sent" }
        }
        guard let path = command.resume else {
            return words + "; with --resume FILE it would know where to go on"
        }
        return words + "; the same command with --resume \(path) goes on there"
    }
}
