import ArgumentParser
import BotAPI
import BotGateway
import Glibc
import Logging
import Reactor
import TelegramSimulator

/// Runs `chat --web`: a simulator with its page in this process, and the bot's gateway as in `run`, which polls and calls
/// the simulator over HTTP. So the page's faults act on the pipeline that the bot has in production.
@MainActor final class WebChatRunner {
    private let command: ChatCommand
    private let log: Logger
    private let loop: EventLoop
    private let server: SimulatorServer
    private let program: Program
    private let journal: DiskJournal
    private let files: ChildFiles
    /// Nil without --log.
    private let recording: ChatRecording?
    private let gateway: Gateway
    private var signals: Signals?
    private var watch: FileWatch?
    private var failure: Failure?

    init(_ command: ChatCommand) throws {
        self.command = command
        log = command.logFlags.logger()
        let bot = try BotProgram(command.bot, command.childFlags)
        command.bot.warnOfOptions(log)
        loop = try EventLoop.forCommand()
        program = bot.command.program
        let telegram = SimulatedTelegram(strictness: .strict) { Int64(time(nil)) }
        server = try SimulatorRunner.server(of: telegram, at: command.listen ?? Self.anyPort, on: loop)
        files = ChildFiles(
            in: nil, temporaryDirectory: Environment.spoolDirectory, confinement: bot.command.confinement)
        recording = try command.session.map { [files, loop, log] in
            try ChatRecording($0, files: files, on: loop, log: log)
        }
        let policy = command.policy(for: bot, isScript: false)
        do {
            journal = try DiskJournal(
                in: nil, bot: 7, redeliveryWindow: policy.redeliveryWindow, on: loop, log: log)
        } catch {
            throw error.asFailure
        }
        let children = bot.children(of: telegram.bot, policy: policy, journal: journal, on: loop, log: log)
        children.onLine { [server] scope, direction, line in
            server.note(line, isInput: direction == .given, scope: scope.description, chat: scope.chat)
        }
        let client = HTTPClient(on: loop, connections: 64, userAgent: "pipegram/\(Version.current)")
        let api = BotAPIClient(
            url: try ServerURL(server.url), token: try BotToken(server.token), client: client, on: loop,
            log: log)
        let caller = TelegramCaller(
            api: api, limit: 32, timeout: .seconds(60), uploads: try command.fileFlags.uploads(),
            files: files, on: loop, log: log)
        caller.policy.sendsRefusedMarkdownAsText = command.childFlags.markdown
        let poller = TelegramPoller(api: api, options: Self.polling, on: loop, log: log)
        let sink = recording?.recorded(caller) ?? caller
        gateway = Gateway(
            from: recording.map { RecordingSource(poller, in: $0.updates) } ?? poller,
            by: command.childFlags.scope, through: children, to: sink, observedBy: sink,
            keepingIn: journal, stopTimeout: .seconds(30), on: loop, log: log)
    }

    private static let anyPort = ListenAddress(host: "127.0.0.1", port: 0)
    private static let polling = TelegramPoller.Options(wait: .seconds(50), kinds: UpdateKinds.all)

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM, SIGHUP], on: loop) { [unowned self] in stop(on: $0) }
        server.telegram.onUnsimulated = { [log] in log.notice("\($0)") }
        if command.watch {
            let watch = try FileWatch(BotSourceFiles.of(program), on: loop)
            watch.onChange = { [unowned self] path in
                log.notice("\(path) changed: the bot restarts with the next message")
                gateway.reload()
            }
            self.watch = watch
        }
        gateway.start { [unowned self] end in
            if case .failed(let failure) = end { self.failure = failure.asFailure }
            loop.stop()
        }
        try printOut(Array("listening on \(server.url)\n".utf8))
        loop.run()
        server.close()
        journal.close(clean: true)
        files.removeAll()
        if let recording {
            try recording.finish()
            let line = command.replay(calls: recording.callsPath, updates: recording.updatesPath)
            log.notice("saved; replay it with: \(line)")
        }
        if let failure { throw failure }
        return .success
    }

    private func stop(on signal: Int32) {
        if gateway.isEnding {
            try? recording?.finish()
            // The kernel kills the children with this process.
            _exit(128 + signal)
        }
        log.info("stopping: waiting for children; a second signal kills them")
        gateway.shutDown()
    }
}
