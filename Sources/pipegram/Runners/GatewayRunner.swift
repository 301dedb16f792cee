import ArgumentParser
import BotAPI
import BotGateway
import Glibc
import JSON
import Logging
import Reactor

/// The parts of `run`, put together.
@MainActor final class GatewayRunner {
    private let command: RunCommand
    private let log: Logger
    private let bot: BotConnection
    private var loop: EventLoop { bot.loop }
    private var program: Program
    private let limit: UInt64
    private let policy: ChildPolicy
    private let journal: DiskJournal
    private let uploads: Uploads
    private let files: ChildFiles
    private var allowList: AllowList?
    private var admitted: FilteredUpdates?
    private let record: UpdateRecord?
    private var gateway: Gateway?
    private var caller: TelegramCaller?
    private var children: Children?
    private var signals: Signals?
    private let terminalHangup = TerminalHangup()

    init(_ command: RunCommand) throws {
        self.command = command
        log = command.logFlags.logger(usually: .info)
        program = try command.bot.find()
        bot = try BotConnection(command.telegram.server, command.tokenFlags, log: log)
        (program.descriptorLimit, limit) = DescriptorLimit.raise()
        policy = command.policy(descriptors: limit)
        allowList = try command.accessFlags.allowList()
        uploads = try command.fileFlags.uploads()
        // Whoever sees that the state is in use may send them.
        Signals.block([SIGUSR1, SIGUSR2])
        do {
            record = try command.recordFlags.record(of: bot)
            let directory = try command.stateDirectory(bot: bot.token.bot, log: log)
            journal = try DiskJournal(
                in: directory, bot: Int64(bot.token.bot) ?? 0, redeliveryWindow: policy.redeliveryWindow,
                on: bot.loop, log: log)
            files = ChildFiles(in: directory?.path, temporaryDirectory: spoolDirectory)
        } catch {
            throw error.asFailure
        }
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2], on: loop) { [unowned self] in
            take($0)
        }
        let result = Result {
            try bot.run(deletingWebhook: command.telegram.deleteWebhook) {
                [unowned self] (user: JSON) throws(GatewayFailure) in try start(as: user)
            }
        }
        caller?.abandonDownloads()
        journal.close(clean: children.map { $0.count == 0 } ?? true)
        if !journal.isDurable { files.removeAll() }
        return try result.get()
    }

    private func start(as user: JSON) throws(GatewayFailure) {
        bot.introduce(user, doing: "waiting for updates")
        if let username = user["username"]?.string { journal.noteBot(username: username) }
        command.accessFlags.tell(allowList, to: log)
        if command.childFlags.plain { command.fileFlags.warn(log) }
        let earlier = try journal.recoveredCalls()
        let children = makeChildren(user)
        self.children = children
        let caller = try makeCaller()
        let gateway = Gateway(
            from: try admitted(recorded(makePoller())), by: command.scopeFlags.scope, through: children,
            to: caller, observedBy: caller, keepingIn: journal,
            stopTimeout: command.lifecycleFlags.stopTimeout.duration ?? .seconds(1_000_000_000), on: loop,
            log: log
        )
        self.gateway = gateway
        journal.onFailure = { [unowned self] in bot.end(with: $0) }
        gateway.start(with: earlier) { [unowned self] end in
            switch end {
            case .finished: loop.stop()
            case .failed(let failure): bot.end(with: failure)
            }
        }
    }

    private func makePoller() throws(GatewayFailure) -> TelegramPoller {
        var options = command.telegram.polling(from: try journal.offset(), log: log)
        options.dropsPending = command.accessFlags.dropPending
        return TelegramPoller(api: bot.api, options: options, on: loop, log: log)
    }

    /// Updates that are on file before anyone takes them, also those that nobody will see.
    private func recorded(_ source: any UpdateSource) -> any UpdateSource {
        record.map { RecordingSource(source, in: $0) } ?? source
    }

    /// Updates without those that nobody is to see.
    private func admitted(_ source: any UpdateSource) throws(GatewayFailure) -> FilteredUpdates {
        var access = AccessPolicy(allowList, maxAge: command.accessFlags.maxAge.duration)
        for (old, new) in try journal.migrations() { access.noteMigration(from: old, to: new) }
        let admitted = FilteredUpdates(of: source, access: access, on: loop, log: log)
        admitted.onDropped = { [unowned self] in
            journal.noteDropped(notAllowed: $0.notAllowed, tooOld: $0.tooOld, offset: $0.offset)
        }
        admitted.onMigration = { [unowned self] in journal.migrate($0, to: $1) }
        self.admitted = admitted
        return admitted
    }

    private func makeChildren(_ user: JSON) -> Children {
        if policy.maxChildren < command.childFlags.maxChildren {
            log.warning("\(limit) descriptors are enough for \(policy.maxChildren) children at a time")
        }
        let environment = ChildEnvironment(
            gateway: environmentVariables(), isSecret: bot.token.isIn, bot: user, version: Version.current)
        return Children(
            program, environment: environment, bot: user, policy: policy, journal: journal, on: loop,
            log: log)
    }

    private func makeCaller() throws(GatewayFailure) -> TelegramCaller {
        let caller = command.callFlags.caller(of: bot, uploads: uploads, files: files)
        self.caller = caller
        for (chat, left) in try journal.holds() { caller.hold(chat, for: left) }
        for (old, new) in try journal.migrations() { caller.noteMigration(from: old, to: new) }
        caller.onHold = { [unowned self] in journal.hold($0, for: $1) }
        caller.onMigration = { [unowned self] in journal.migrate($0, to: $1) }
        return caller
    }

    // MARK: signals

    private func take(_ signal: Int32) {
        switch signal {
        case SIGHUP where !terminalHangup.isMeant:
            readAllowListAgain()
            guard let gateway else { return }
            log.notice("SIGHUP: every child is replaced by a new one")
            gateway.reload()
        case SIGUSR1: report()
        case SIGUSR2: retryDeadLetters()
        default: stop(on: signal)
        }
    }

    private func readAllowListAgain() {
        guard !command.accessFlags.allowFile.isEmpty else { return }
        do throws(Failure) {
            allowList = try command.accessFlags.allowList()
            admitted?.access.list = allowList
            command.accessFlags.tell(allowList, to: log)
        } catch {
            log.error("\(error.message); who may come in stays as it was")
        }
    }

    /// What `pipegram status` prints.
    private func report() {
        admitted?.tell()
        do {
            for line in try journal.report().lines where !line.isEmpty { log.notice("\(line)") }
        } catch {
            log.error("\(error)")
        }
    }

    /// Before the start there is nothing to do: it takes them up.
    private func retryDeadLetters() {
        guard let gateway, !gateway.isEnding else { return }
        journal.revive { [log] events in
            log.notice("SIGUSR2: \(events.count) dead letters are tried again")
            gateway.deliver(events)
        }
    }

    private func stop(on signal: Int32) {
        guard let gateway, !gateway.isEnding else {
            // A second signal, or a first one before there was anything to finish. The children go with us.
            if gateway != nil { _exit(128 + signal) }
            return loop.stop()
        }
        log.info("stopping: children finish what they have; once more ends at once")
        gateway.shutDown()
    }
}
