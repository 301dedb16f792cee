import ArgumentParser
import BotGateway
import Glibc
import Logging
import Offline
import Reactor
import TelegramSimulator

/// The parts of `send --dry-run`, put together: a simulated Telegram answers.
@MainActor final class DryRunSend {
    private let log: Logger
    private let loop: EventLoop
    private let lines: StdioLines
    private let printer: CallPrinter
    private let feed: BatchSender
    private var failure: Failure?

    init(_ command: SendCommand) throws {
        log = command.logFlags.logger(usually: .notice)
        loop = try EventLoop()
        lines = try StdioLines(on: loop)
        let telegram = SimulatedTelegram(now: { 0 })
        printer = CallPrinter(
            telegram: telegram, order: .plain, spoolDirectory: spoolDirectory,
            uploads: try command.fileFlags.uploads(), files: nil, log: log)
        feed = BatchSender(
            to: printer, lineLimit: command.maxLine.bytes, asksForResults: false)
    }

    func run() throws -> ExitCode {
        var isClosed = false
        lines.output.onFailure = { [unowned self] error in
            if error.code == EPIPE { isClosed = true } else { failure = Failure(.inputOutput, "\(error)") }
            loop.stop()
        }
        printer.output = { [lines] in lines.output.write($0) }
        feed.onResult = { [lines] in if !$0.isSuccess { lines.output.write($0.line) } }
        feed.onEnd = { [lines, loop] _ in lines.output.write([]) { loop.stop() } }
        lines.input.mayGoOn = { [lines] in lines.areRead }
        lines.input.onPiece = { [feed] in feed.take($0) }
        lines.input.onFailure = { [unowned self] in
            failure = Failure(.inputOutput, "\($0)")
            loop.stop()
        }
        lines.input.start()
        loop.run()
        if let failure { throw failure }
        if isClosed { return .signal(SIGPIPE) }
        log.notice("nothing was sent: \(feed.tally.sent) would be, \(feed.tally.failed) would fail")
        return feed.tally.exitCode
    }
}
