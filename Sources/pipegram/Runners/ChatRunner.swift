import ArgumentParser
import BotGateway
import Chat
import Glibc
import Logging
import Reactor

/// Runs `chat`: connects the interface, the conversation and the gateway.
@MainActor final class ChatRunner {
    private let command: ChatCommand
    private let loop: EventLoop
    private let isScript: Bool
    private let interface: any ChatInterface
    private let gateway: ChatGateway
    private let conversation: Conversation
    private let view: ChatView
    private let input: InputQueue
    private var watch: FileWatch?
    private var signals: Signals?
    private var isFinishing = false
    /// The outcome; nil if the bot and the typed lines decide it.
    private var result: Result<ExitCode, Failure>?

    init(_ command: ChatCommand) throws {
        self.command = command
        isScript = !Terminal.isTerminal(0) || !Terminal.isTerminal(1)
        let receiver = ChatLogHandler.Receiver()
        let log = Self.logger(command.logFlags, receiver, isScript: isScript)
        let bot = try BotProgram(command.bot, command.childFlags)
        loop = try EventLoop.forCommand()
        gateway = try ChatGateway(command, bot, isScript: isScript, on: loop, log: log)
        conversation = Conversation(with: gateway.telegram)
        input = InputQueue(on: loop)
        let styled = !isScript && Terminal.mayStyle(1, environment: Environment.variable)
        interface = isScript ? try ScriptInterface(on: loop) : try TerminalInterface(styled: styled, on: loop)
        view = ChatView(
            of: conversation, with: gateway.telegram, at: interface,
            for: isScript ? .script : .person(styled: styled), on: loop, log: log)
        receiver.onRecord = { [view] in view.show($0, $1, scope: $2) }
        command.bot.warnOfOptions(log)
    }

    /// How long a program that wrote to stderr may take to make a call.
    private static let patience = Duration.milliseconds(500)

    /// Logs into the chat if stderr is the terminal too, else to stderr.
    private static func logger(
        _ flags: LogFlags<NoticeByDefault>, _ receiver: ChatLogHandler.Receiver, isScript: Bool
    )
        -> Logger
    {
        guard !isScript, Terminal.isTerminal(2) else { return flags.logger() }
        var logger = Logger(label: "pipegram") { _ in ChatLogHandler(receiver: receiver) }
        logger.logLevel = flags.logLevel
        return logger
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM, SIGHUP], on: loop) { [unowned self] in stop(on: $0) }
        gateway.telegram.onAction = { [view] in view.show($0) }
        gateway.telegram.onUnseen = { [view] _ in view.explainPrivacyMode() }
        if Terminal.isTerminal(2), !isScript {
            gateway.showStderr { [unowned self] in
                view.showStderr($0)
                loop.after(Self.patience) { [weak self] in self?.suggestPlainText() }
            }
        }
        listen()
        if command.watch { try startWatching() }
        gateway.start { [unowned self] end in
            if case .failed(let failure) = end { result = .failure(failure.asFailure) }
            loop.stop()
        }
        let name = gateway.program.arguments.joined(separator: " ")
        view.hint("\(name) is ready: type a message. /help lists commands, Ctrl-D exits.")
        if let watch { view.hint("watching \(watch.paths.joined(separator: ", "))") }
        view.showPrompt()
        interface.start()
        loop.run()
        return try finish()
    }

    private func listen() {
        interface.onLine = { [input] in input.append($0) }
        interface.onRejectedLine = { [view] in view.showError($0) }
        interface.onEnd = { [unowned self] in inputEnded() }
        interface.onFailure = { [unowned self] in outputFailed($0) }
        interface.completions = { [conversation] in conversation.completions(of: $0) }
        interface.mayGoOn = { [input] in !input.isFull }
        input.execute = { [unowned self] in execute($0) }
        input.onEnd = { [unowned self] in finishInput() }
        // A saved chat is a test, so its order must not depend on timing either.
        input.isBusy = { [unowned self] in (isScript || gateway.recording != nil) && !gateway.isIdle }
    }

    /// Suggests --plain for a program that reads messages and neither makes a call nor fails.
    private func suggestPlainText() {
        guard command.bot.isSystemProgram, !command.childFlags.plain, gateway.isIdle, gateway.problems == 0
        else { return }
        view.suggestPlainText(ProgramArguments.plainCommandLine)
    }

    // MARK: shutdown

    private func finish() throws -> ExitCode {
        if isScript { suggestPlainText() }
        interface.close()
        gateway.removeFiles()
        if let recording = gateway.recording {
            try recording.finish()
            let line = command.replay(calls: recording.callsPath, updates: recording.updatesPath)
            view.announce("saved; replay it with:\(isScript ? " " : "\n")\(line)")
        }
        if let result { return try result.get() }
        return !isScript || view.errors + gateway.problems == 0 ? .success : .problemsFound
    }

    private func stop(on signal: Int32) {
        // A closed terminal sends SIGHUP twice: from the kernel and from the shell.
        if input.isEnding, signal != SIGHUP { stopAtOnce(signal) }
        guard result == nil else { return }
        result = .success(.signal(signal))
        input.finish(dropping: true)
        interface.close()
        gateway.stop()
    }

    /// Kills the children's process groups, and saves the chat so far.
    private func stopAtOnce(_ signal: Int32) -> Never {
        interface.close()
        gateway.kill()
        try? gateway.recording?.finish()
        _exit(128 + signal)
    }

    private func outputFailed(_ error: SystemError) {
        guard result == nil else { return }
        result = error.asOutputFailure
        loop.stop()
    }

    // MARK: input

    private func inputEnded() {
        // A second Ctrl-D skips the wait.
        if !isScript, input.isEnding { return finishInput() }
        input.end()
        if input.isWaiting { view.hint("waiting for the bot to process that; press Ctrl-C to exit at once") }
    }

    private func finishInput() {
        guard !isFinishing else { return }
        isFinishing = true
        interface.close()
        gateway.finish()
        guard !isScript, gateway.hasChildren else { return }
        // Most bots exit at once, and then no hint is needed.
        loop.after(.seconds(1)) { [weak self] in
            self?.view.hint("waiting for the bot to exit; press Ctrl-C to exit at once")
        }
    }

    private func execute(_ text: String) {
        do {
            let line = try TypedLine(text)
            switch line {
            case .help: view.showHelp()
            case .quit: input.finish(dropping: true)
            default:
                let outcome = try conversation.execute(line)
                if case .incomplete = outcome { input.requeue(text) }
                view.show(outcome)
            }
        } catch {
            view.showError("\(error)")
        }
        view.showPrompt()
    }

    // MARK: --watch

    private func startWatching() throws {
        let watch = try FileWatch(BotSourceFiles.of(gateway.program), on: loop)
        watch.onChange = { [unowned self] path in
            view.announce("\(path) changed: the bot restarts with the next message")
            gateway.reload()
        }
        self.watch = watch
    }
}

extension ChatCommand: LoopCommand {
    @MainActor func start() throws -> ExitCode {
        if childFlags.boxFlags.printCommand {
            return try BotProgram(bot, childFlags).printCommand(by: childFlags.scope)
        }
        return web ? try WebChatRunner(self).run() : try ChatRunner(self).run()
    }
}
