import ArgumentParser
import BotGateway
import Logging
import Offline
import Reactor
import TelegramSimulator

/// Runs `send --dry-run` against a simulated Telegram.
@MainActor final class DryRunSend {
    private let log: Logger
    private let loop: EventLoop
    private let lines: StdioLines
    private let printer: CallPrinter
    private let sender: BatchSender
    private let input: SendInput
    /// The outcome; nil if the calls decide it.
    private var result: Result<ExitCode, Failure>?

    init(_ command: SendCommand) throws {
        log = command.logFlags.logger()
        loop = try EventLoop.forCommand()
        lines = try StdioLines(on: loop)
        let telegram = SimulatedTelegram(now: { 0 })
        printer = CallPrinter(
            telegram: telegram, order: .plain, spoolDirectory: Environment.spoolDirectory,
            uploads: try command.callFlags.fileFlags.uploads(), files: nil, log: log)
        sender = BatchSender(
            to: printer, lineLimit: command.maxLine.bytes, asksForResults: false)
        input = SendInput(command, to: sender, log: log)
    }

    func run() throws -> ExitCode {
        lines.output.onFailure = { [unowned self] in end(with: $0.asOutputFailure) }
        printer.output = { [lines] in lines.output.write($0) }
        sender.onResult = { [lines] in if !$0.isSuccess { lines.output.write($0.line) } }
        sender.onEnd = { [lines, loop] _ in lines.output.write([]) { loop.stop() } }
        lines.input.mayGoOn = { [lines] in lines.hasRoom }
        lines.input.onPiece = { [input] in input.read($0) }
        lines.input.onFailure = { [unowned self] in end(with: .failure(Failure(.inputOutput, "\($0)"))) }
        // The text on the command line may end the loop at once, which must be running then.
        loop.after(.zero) { [unowned self] in input.start(lines.input, log: log) }
        loop.run()
        if let result { return try result.get() }
        log.notice("dry run: \(sender.tally.sent) would be sent, \(sender.tally.failed) would fail")
        return sender.tally.exitCode
    }

    private func end(with result: Result<ExitCode, Failure>) {
        self.result = result
        loop.stop()
    }
}
