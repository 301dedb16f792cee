import ArgumentParser
import BotGateway
import Glibc
import JSON
import Offline
import Reactor
import TelegramSimulator

/// Runs `replay`: feeds recorded updates to the bot and prints or compares its calls.
@MainActor final class ReplayRunner {
    private let loop: EventLoop
    private let source: RecordedUpdates
    private let journal: ReplayJournal
    private let children: Children
    private let printer: CallPrinter
    private let files: ChildFiles
    private let gateway: Gateway
    private let output: ReplayOutput
    /// The outcome; nil if the comparison decides it.
    private var result: Result<ExitCode, Failure>?
    private var signals: Signals?

    init(_ command: ReplayCommand) throws {
        let log = command.logFlags.logger()
        let bot = try BotProgram(command.bot, command.childFlags)
        command.bot.warnOfOptions(log)
        loop = try EventLoop.forCommand()
        output = try ReplayOutput(command, on: loop)
        do {
            source = try RecordedUpdates(path: command.file, on: loop)
        } catch {
            throw Failure(.noInput, error.description)
        }
        let telegram = SimulatedTelegram(now: { 0 })
        var policy = command.childFlags.policy(.replay(isFile: source.isFile))
        policy.sendsPrintedFiles = command.fileFlags.uploadRoot != nil
        policy.acknowledgement = command.ackFlags.acknowledgement()
        policy.maxChildren = bot.maxChildren(wanted: command.childFlags.maxChildren)
        journal = ReplayJournal(spoolDirectory: Environment.spoolDirectory)
        children = bot.children(of: telegram.bot, policy: policy, journal: journal, on: loop, log: log)
        files = ChildFiles(
            in: nil, temporaryDirectory: Environment.spoolDirectory, confinement: bot.command.confinement)
        printer = CallPrinter(
            telegram: telegram, order: command.unordered ? .asTheyCome : .grouped,
            spoolDirectory: Environment.spoolDirectory, uploads: try command.fileFlags.uploads(),
            files: files, log: log)
        gateway = Gateway(
            from: source, by: command.childFlags.scope, through: children, to: printer, observedBy: printer,
            keepingIn: journal, stopTimeout: .seconds(30), on: loop, log: log)
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: loop) { [unowned self] in stop(on: $0) }
        output.onFailure = { [unowned self] in outputFailed($0) }
        printer.output = { [output] in output.write($0) }
        source.mayGoOn = { [unowned self] in journal.isEmpty || !children.areAtWork }
        gateway.start { [unowned self] end in
            if case .failed(let failure) = end { result = .failure(failure.asFailure) }
            loop.stop()
        }
        loop.run()
        files.removeAll()
        printer.finish()
        output.flush()
        if let result { return try result.get() }
        let isEqual = try output.compare()
        return isEqual && children.problems == 0 && printer.refusals == 0 ? .success : .problemsFound
    }

    private func stop(on signal: Int32) {
        if case .success? = result { _exit(128 + signal) }
        if result == nil { result = .success(.signal(signal)) }
        gateway.shutDown()
    }

    private func outputFailed(_ error: SystemError) {
        guard result == nil else { return }
        result = error.asOutputFailure
        loop.stop()
    }
}

extension ReplayCommand: LoopCommand {
    @MainActor func start() throws -> ExitCode {
        if childFlags.boxFlags.printCommand {
            return try BotProgram(bot, childFlags).printCommand(by: childFlags.scope)
        }
        return try ReplayRunner(self).run()
    }
}
