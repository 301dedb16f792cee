import BotGateway
import Glibc
import JSON
import Logging
import Offline
import Reactor
import TelegramSimulator

/// The gateway of `chat`, between the simulated Telegram and the bot's children.
@MainActor final class ChatGateway {
    let telegram: SimulatedTelegram
    let program: Program
    /// Nil without --log.
    let recording: ChatRecording?
    private let source: SimulatedUpdates
    private let children: Children
    private let calls: SimulatedCalls
    private let files: ChildFiles
    private let gateway: Gateway

    /// - Parameter isScript: whether lines come from stdin instead of a terminal.
    init(
        _ command: ChatCommand, _ bot: BotProgram, isScript: Bool, on loop: EventLoop, log: Logger
    ) throws {
        program = bot.command.program
        telegram = SimulatedTelegram(strictness: .strict) { Int64(time(nil)) }
        source = SimulatedUpdates(of: telegram, on: loop)
        files = ChildFiles(
            in: nil, temporaryDirectory: Environment.spoolDirectory, confinement: bot.command.confinement)
        recording = try command.session.map { [files] in
            try ChatRecording($0, files: files, on: loop, log: log)
        }
        let journal = ReplayJournal(spoolDirectory: Environment.spoolDirectory)
        children = bot.children(
            of: telegram.bot, policy: command.policy(for: bot, isScript: isScript), journal: journal,
            on: loop, log: log)
        calls = SimulatedCalls(
            to: telegram, uploads: try command.fileFlags.uploads(), files: files, log: log)
        let sink = recording?.recorded(calls) ?? calls
        gateway = Gateway(
            from: recording.map { [source] in RecordingSource(source, in: $0.updates) } ?? source,
            by: command.childFlags.scope, through: children, to: sink, observedBy: sink,
            keepingIn: journal, stopTimeout: .seconds(30), on: loop, log: log)
        telegram.onUnsimulated = { log.notice("\($0)") }
    }

    /// No update waits, and every child is idle.
    var isIdle: Bool { source.isEmpty && children.areDone }
    var hasChildren: Bool { children.count > 0 }
    /// The number of the bot's errors, including calls without an id that Telegram would reject.
    var problems: Int { children.problems + calls.refusals }

    /// Shows the children's stderr in the chat instead of logging it.
    func showStderr(with show: @escaping (String) -> Void) {
        children.onStderr { show($1) }
    }

    func start(then end: @escaping (Gateway.End) -> Void) { gateway.start(onEnd: end) }

    /// Ends the input; the bot processes the events so far.
    func finish() { source.finish() }
    func stop() { gateway.shutDown() }
    func reload() { gateway.reload() }

    /// Kills the remaining children.
    func kill() { children.shutDown(.killing) }

    func removeFiles() { files.removeAll() }
}

extension ChatCommand {
    /// - Parameter isScript: whether lines come from stdin.
    @MainActor func policy(for bot: BotProgram, isScript: Bool) -> ChildPolicy {
        var policy = childFlags.policy()
        policy.sendsPrintedFiles = fileFlags.uploadRoot != nil
        policy.maxChildren = bot.maxChildren(wanted: childFlags.maxChildren)
        policy.acknowledgement = ackFlags.acknowledgement(window: window)
        policy.failure = .dropEvents
        // A person may take any time to answer.
        policy.idleTimeout = nil
        policy.showsTyping = childFlags.plain
        if isScript { policy.pacing = .lockstep(isFile: false) }
        return policy
    }
}
