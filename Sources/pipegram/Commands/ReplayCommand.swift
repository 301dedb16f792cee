import ArgumentParser
import BotGateway
import Glibc
import JSON
import Logging
import Offline
import Reactor
import TelegramSimulator

struct ReplayCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Feed recorded updates to a bot and print the calls it makes.",
        usage: "pipegram replay [<options>] <file> [--] <program> [<argument> ...]",
        discussion: """
            Talks to no network and needs no token. Ends when every child has exited: with 0 if each exited \
            with 0 and wrote nothing but valid calls, with 1 if not.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  pipegram replay updates.ndjson -- ./bot.sh
            """)

    @Argument(
        help: "Recorded updates: one a line, an array, or getUpdates answers; '-' is stdin.",
        completion: .file())
    var file: String

    @Flag(help: "Print calls as they come, with the scope in each line, not grouped by scope.")
    var unordered = false

    @Option(
        help: ArgumentHelp(
            "Compare the calls with recorded ones; print nothing but the difference.", valueName: "file"),
        completion: .file())
    var expect: String?

    @Flag(help: "Write the calls to the file of --expect instead.")
    var update = false

    @OptionGroup(title: "Children") var scopeFlags: ScopeFlags
    @OptionGroup(title: "Children") var childFlags: ChildFlags
    @OptionGroup(title: "Children") var fileFlags: FileFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags
    @OptionGroup var bot: ProgramArguments

    func validate() throws {
        try scopeFlags.check(isPlain: childFlags.plain)
        if update, expect == nil {
            throw ValidationError("--update goes with --expect FILE, which it writes.")
        }
    }

    @MainActor func start() throws -> ExitCode {
        try ReplayRunner(self).run()
    }
}

/// The parts of `replay`, put together.
@MainActor private final class ReplayRunner {
    private let command: ReplayCommand
    private let log: Logger
    private let loop: EventLoop
    private let source: RecordedUpdates
    private let journal: ReplayJournal
    private let children: Children
    private let printer: CallPrinter
    private let files: ChildFiles
    private let gateway: Gateway
    private let expected: [UInt8]?
    private var collected: [UInt8] = []
    private var pending: [UInt8] = []
    private var stoppedBy: Int32?
    private var failure: Failure?
    private var signals: Signals?

    init(_ command: ReplayCommand) throws {
        self.command = command
        log = command.logFlags.logger(usually: .notice)
        var program = try command.bot.find()
        let limit: UInt64
        (program.descriptorLimit, limit) = DescriptorLimit.raise()
        expected = try Self.readExpected(command)
        loop = try EventLoop()
        do {
            source = try RecordedUpdates(path: command.file, on: loop)
        } catch {
            throw Failure(.noInput, error.description)
        }
        let telegram = SimulatedTelegram(now: { 0 })
        var policy = command.childFlags.policy(.replay(isFile: source.isFile))
        policy.maxChildren = childLimit(wanted: command.childFlags.maxChildren, descriptors: limit)
        let environment = ChildEnvironment(
            gateway: environmentVariables(), isSecret: { _ in false }, bot: telegram.bot,
            version: Version.current)
        journal = ReplayJournal(spoolDirectory: spoolDirectory)
        children = Children(
            program, environment: environment, bot: telegram.bot, policy: policy, journal: journal,
            on: loop,
            log: log)
        files = ChildFiles(in: nil, temporaryDirectory: spoolDirectory)
        printer = CallPrinter(
            telegram: telegram, order: command.unordered ? .asTheyCome : .grouped,
            spoolDirectory: spoolDirectory, uploads: try command.fileFlags.uploads(), files: files, log: log)
        gateway = Gateway(
            from: source, by: command.scopeFlags.scope, through: children, to: printer, observedBy: printer,
            keepingIn: journal,
            stopTimeout: .seconds(30),
            on: loop, log: log)
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: loop) { [unowned self] in stop(on: $0) }
        printer.output = { [unowned self] in take($0) }
        source.mayGoOn = { [unowned self] in journal.isEmpty || !children.areAtWork }
        gateway.start { [unowned self] end in
            if case .failed(let failure) = end { self.failure = failure.asFailure }
            loop.stop()
        }
        loop.run()
        files.removeAll()
        printer.finish()
        flush()
        if let failure { throw failure }
        if let stoppedBy { return .signal(stoppedBy) }
        let same = try compare()
        return same && children.problems == 0 && printer.refusals == 0 ? .success : .found
    }

    private func stop(on signal: Int32) {
        if stoppedBy != nil { _exit(128 + signal) }
        stoppedBy = signal
        gateway.shutDown()
    }

    // MARK: what is printed

    private func take(_ lines: [UInt8]) {
        if command.expect != nil {
            collected += lines
            return
        }
        if pending.isEmpty { loop.soon { [weak self] in self?.flush() } }
        pending += lines
        if pending.count > 1 << 16 { flush() }
    }

    private func flush() {
        let lines = pending
        pending = []
        guard !File.writeAll(lines, to: 1), failure == nil, stoppedBy == nil else { return }
        if errno == EPIPE {
            // Whoever reads has seen enough, as with `| head`: like other filters we go without a word.
            stoppedBy = SIGPIPE
        } else {
            failure = Failure(.inputOutput, "\(SystemError("stdout"))")
        }
        loop.stop()
    }

    private static func readExpected(_ command: ReplayCommand) throws -> [UInt8]? {
        guard let path = command.expect, !command.update else { return nil }
        do {
            return try File.read(path)
        } catch {
            throw Failure(.noInput, "\(error); to record what the bot does now, add --update")
        }
    }

    /// False when there is a difference, which is printed.
    private func compare() throws -> Bool {
        guard let path = command.expect else { return true }
        guard let expected else {
            do {
                try File.write(collected, to: path)
            } catch {
                throw Failure(.inputOutput, "\(error)")
            }
            return true
        }
        let comparison = CallComparison(expected: expected, actual: collected)
        if !comparison.isEqual { File.writeAll(Array(comparison.difference().utf8), to: 1) }
        return comparison.isEqual
    }
}

/// Where what is too much for memory waits.
var spoolDirectory: String { variable("TMPDIR") ?? "/tmp" }
