import ArgumentParser
import BotGateway
import Chat
import Glibc
import JSON
import Logging
import Offline
import Reactor
import TelegramSimulator

/// The parts of `chat`, put together.
@MainActor final class ChatRunner {
    private let command: ChatCommand
    private let log: Logger
    private let loop: EventLoop
    private let isScript: Bool
    private let interface: any ChatInterface
    private let transcript: Transcript
    private let telegram: SimulatedTelegram
    private let conversation: Conversation
    private let source: SimulatedUpdates
    private let children: Children
    private let calls: SimulatedCalls
    private let files: ChildFiles
    private let session: SessionLog?
    private let gateway: Gateway
    private let program: Program
    private let lines: TypedLines
    private let typing: TypingIndicator
    private var watch: FileWatch?
    private var signals: Signals?

    private var isEnded = false
    private var missteps = 0
    private var failure: Failure?
    private var stoppedBy: Int32?
    /// The keyboard that was shown last, by its text.
    private var keyboard = ""

    init(_ command: ChatCommand) throws {
        self.command = command
        isScript = !Terminal.isTerminal(0) || !Terminal.isTerminal(1)
        let reader = ChatLogHandler.Reader()
        log = Self.logger(command.logFlags, reader, isScript: isScript)
        var program = try command.bot.find()
        let limit: UInt64
        (program.descriptorLimit, limit) = DescriptorLimit.raise()
        self.program = program
        loop = try EventLoop()

        lines = TypedLines(on: loop)
        typing = TypingIndicator(on: loop)
        telegram = SimulatedTelegram(strictness: .strict) { Int64(time(nil)) }
        conversation = Conversation(with: telegram)
        source = SimulatedUpdates(of: telegram, on: loop)
        files = ChildFiles(in: nil, temporaryDirectory: spoolDirectory)
        session = try command.session.map { [loop, files, log] in
            try SessionLog($0, files: files, on: loop, log: log)
        }
        let environment = ChildEnvironment(
            gateway: environmentVariables(), isSecret: { _ in false }, bot: telegram.bot,
            version: Version.current)
        let journal = ReplayJournal(spoolDirectory: spoolDirectory)
        children = Children(
            program, environment: environment, bot: telegram.bot,
            policy: Self.policy(command, descriptors: limit, isScript: isScript), journal: journal,
            on: loop,
            log: log)
        calls = SimulatedCalls(
            to: telegram, uploads: try command.fileFlags.uploads(), files: files, record: session?.calls,
            log: log)
        gateway = Gateway(
            from: session.map { [source] in RecordingSource(source, in: $0.updates) } ?? source,
            by: command.scopeFlags.scope, through: children, to: calls, observedBy: calls, keepingIn: journal,
            stopTimeout: .seconds(30), on: loop, log: log)
        let styled = !isScript && Terminal.mayStyle(1, environment: variable)
        transcript = Transcript(for: isScript ? .script : .person(styled: styled), bot: telegram.bot)
        interface = isScript ? try ScriptInterface(on: loop) : try TerminalInterface(styled: styled, on: loop)
        reader.take = { [unowned self] in tell($0, $1, scope: $2) }
    }

    /// In what is said, where that is a terminal's; else on stderr as everywhere.
    private static func logger(_ flags: LogFlags, _ reader: ChatLogHandler.Reader, isScript: Bool) -> Logger {
        guard !isScript, Terminal.isTerminal(2) else { return flags.logger(usually: .notice) }
        var logger = Logger(label: "pipegram") { _ in ChatLogHandler(reader: reader) }
        logger.logLevel = flags.logLevel ?? .notice
        return logger
    }

    private static func policy(_ command: ChatCommand, descriptors: UInt64, isScript: Bool) -> ChildPolicy {
        var policy = command.childFlags.policy()
        policy.maxChildren = childLimit(wanted: command.childFlags.maxChildren, descriptors: descriptors)
        policy.failure = .dropEvents
        // A person may take any time to answer.
        policy.idleTimeout = nil
        policy.showsTyping = command.childFlags.plain
        if isScript { policy.pacing = .lockstep(isFile: false) }
        return policy
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM, SIGHUP], on: loop) { [unowned self] in stop(on: $0) }
        telegram.onAction = { [unowned self] in see($0) }
        telegram.onUnsimulated = { [log] in log.notice("\($0)") }
        telegram.onUnseen = { [unowned self] _ in tellOfPrivacy() }
        if Terminal.isTerminal(2), !isScript {
            children.onStderr { [unowned self] in interface.show(transcript.complaint($1)) }
        }
        interface.onLine = { [lines] in lines.take($0) }
        interface.onUnsaid = { [unowned self] in misstep($0) }
        interface.onEnd = { [unowned self] in lineEnded() }
        interface.onFailure = { [unowned self] in outputFailed($0) }
        interface.mayGoOn = { [lines] in !lines.areMany }
        lines.carryOut = { [unowned self] in carryOut($0) }
        lines.onEnd = { [unowned self] in end() }
        // Where it is saved as a test, too: a test can't depend on who is faster.
        lines.isBusy = { [unowned self] in
            (isScript || session != nil) && !(source.isEmpty && children.areDone)
        }
        typing.onChange = { [unowned self] in interface.setPrompt(conversation.title, notice: $0) }
        if command.watch { try startWatching() }
        gateway.start { [unowned self] end in
            if case .failed(let failure) = end { self.failure = failure.asFailure }
            loop.stop()
        }
        if !isScript {
            let name = program.arguments.joined(separator: " ")
            let words = "\(name) listens: type something. /help shows what else can be typed, Ctrl-D ends."
            interface.show(transcript.remark(words))
            if let watch {
                interface.show(transcript.remark("watched: \(watch.paths.joined(separator: ", "))"))
            }
        }
        showPrompt()
        interface.start()
        loop.run()
        return try finish()
    }

    private func finish() throws -> ExitCode {
        interface.close()
        files.removeAll()
        if let session {
            try session.finish()
            let line = command.replay(session)
            if isScript {
                log.notice("saved; this replays it: \(line)")
            } else {
                interface.show(transcript.remark("saved; this replays it:\n\(line)"))
            }
        }
        if let failure { throw failure }
        if let stoppedBy { return .signal(stoppedBy) }
        return !isScript || missteps + children.problems + calls.refusals == 0 ? .success : .found
    }

    private func stop(on signal: Int32) {
        // A terminal that goes away says so twice: its own way, and by its shell.
        if lines.areEnding, signal != SIGHUP { stopAtOnce(signal) }
        guard stoppedBy == nil else { return }
        stoppedBy = signal
        lines.finish(dropping: true)
        interface.close()
        gateway.shutDown()
    }

    /// What a child has started goes, too; what was said so far is saved.
    private func stopAtOnce(_ signal: Int32) -> Never {
        interface.close()
        children.shutDown(.killing)
        try? session?.finish()
        _exit(128 + signal)
    }

    private func outputFailed(_ error: SystemError) {
        guard failure == nil, stoppedBy == nil else { return }
        // Whoever reads has seen enough, as with `| head`.
        if error.code == EPIPE { stoppedBy = SIGPIPE } else { failure = Failure(.inputOutput, "\(error)") }
        loop.stop()
    }

    // MARK: what is typed

    private func lineEnded() {
        // Who says it twice doesn't want to wait.
        if !isScript, lines.areEnding { return end() }
        lines.end()
        guard !isScript, lines.areWaiting else { return }
        interface.show(transcript.remark("waiting for the bot to deal with that; Ctrl-C doesn't wait"))
    }

    private func end() {
        guard !isEnded else { return }
        isEnded = true
        interface.close()
        source.finish()
        guard !isScript, children.count > 0 else { return }
        // Most bots are gone at once.
        loop.after(.seconds(1)) { [weak self] in
            guard let self else { return }
            self.interface.show(self.transcript.remark("waiting for the bot to end; Ctrl-C doesn't wait"))
        }
    }

    private func carryOut(_ text: String) {
        do {
            let line = try TypedLine(text)
            switch line {
            case .help: showHelp()
            case .quit: lines.finish(dropping: true)
            default:
                let outcome = try conversation.carryOut(line)
                if case .unfinished = outcome { lines.repeatFirst(text) }
                show(outcome)
            }
        } catch {
            misstep("\(error)")
        }
        showPrompt()
    }

    private func misstep(_ words: String) {
        missteps += 1
        if isScript { log.error("\(words)") } else { interface.show(transcript.trouble(words)) }
    }

    private func show(_ outcome: Conversation.Outcome) {
        switch outcome {
        case .done: break
        case .unfinished(let words): show(.remark(words))
        case .remark(let words): if !isScript { interface.show(transcript.remark(words)) }
        case .happened(let words):
            interface.show(isScript ? [TerminalSanitizer.text(words)] : transcript.remark(words))
        case .chosen(let message, let name): interface.show(transcript.lines(ofChosen: message, by: name))
        }
    }

    private func showHelp() {
        let width = TypedLine.usage.map(\.line.count).max() ?? 0
        interface.show(
            TypedLine.usage.map { line, meaning in
                "\(line)\(String(repeating: " ", count: width - line.count))  \(meaning)"
            })
    }

    // MARK: what is seen

    private func see(_ action: BotAction) {
        conversation.note(action)
        if case .action(let action, let chat) = action {
            guard !isScript, chat == conversation.chat else { return }
            let name = telegram.bot["first_name"]?.string ?? "the bot"
            return typing.show(action["action"]?.string ?? "", of: name)
        }
        interface.show(transcript.lines(of: action, in: conversation))
        guard case .message(let message) = action else { return }
        if !isScript, let path = conversation.picture(in: message) { interface.showPicture(path) }
        typing.end()
        showKeyboard()
    }

    private func showKeyboard() {
        let now = conversation.keyboard
        let text = now?.description ?? ""
        guard text != keyboard else { return }
        keyboard = text
        interface.show(transcript.lines(ofKeyboard: now))
    }

    private func showPrompt() { interface.setPrompt(conversation.title, notice: nil) }

    private func tellOfPrivacy() {
        guard !isScript else { return }
        let name = telegram.bot["username"]?.string ?? "it"
        interface.show(
            transcript.remark(
                "privacy mode: in a group the bot gets only commands, answers to it, and what names @\(name)")
        )
    }

    private func tell(_ level: Logger.Level, _ words: String, scope: String?) {
        var words = words
        if let scope, scope != "chat:\(conversation.chat)" { words += " (\(scope))" }
        interface.show(level >= .warning ? transcript.trouble(words) : transcript.remark(words))
    }

    // MARK: a program that changes

    private func startWatching() throws {
        let watch = try FileWatch(WatchedFiles.of(program), on: loop)
        watch.onChange = { [unowned self] path in
            let words = "\(path) has changed: the bot starts anew with the next message"
            if isScript { log.notice("\(words)") } else { interface.show(transcript.remark(words)) }
            gateway.reload()
        }
        self.watch = watch
    }
}
