import ArgumentParser
import BotAPI
import BotGateway
import Doctor
import Glibc
import JSON
import Logging
import Reactor

/// Runs `run`: signs in, connects updates, children and calls, and handles signals.
@MainActor final class GatewayRunner {
    /// The parts that exist once the bot is signed in.
    private struct Flow {
        let gateway: Gateway
        let parts: RunningGateway
        let health: HealthRecorder
        /// Nil without a cluster.
        let cluster: ClusterRunner?
    }

    /// What calls may do to files.
    private struct LocalFiles {
        let uploads: Uploads
        let downloads: ChildFiles
    }

    /// Where other programs reach the gateway.
    private struct Endpoints {
        let metrics: MetricsEndpoint?
        /// Nil without a state directory.
        let control: ControlEndpoint?
    }

    private let command: RunCommand
    private let session: BotAPISession
    private let program: BotProgram
    private let policy: ChildPolicy
    private let journal: DiskJournal
    /// Nil if the journal is this gateway's own.
    private let cluster: Cluster?
    private let files: LocalFiles
    private let endpoints: Endpoints
    private let intake: UpdateIntake
    private var flow: Flow?
    private var signals: Signals?
    private let terminalHangup = TerminalHangup()

    private static let handledSignals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]

    private var loop: EventLoop { session.loop }
    private var log: Logger { session.log }

    init(_ command: RunCommand) throws {
        self.command = command
        program = try BotProgram(command.bot, command.childFlags, hiding: command.secrets)
        session = try BotAPISession(
            command.server, log: command.logFlags.log.logger())
        command.bot.warnOfOptions(session.log)
        let advice = RemoteProgram(command.bot.command)?.advice(
            isAuto: command.deliveryFlags.ack == .auto, isPlain: command.childFlags.plain)
        for advice in advice ?? [] { session.log.warning("\(advice)") }
        policy = command.policy(for: program)
        intake = try UpdateIntake(command, session)
        // Other commands send these as soon as they see that the state is in use.
        Signals.block([SIGUSR1, SIGUSR2])
        let directory: StateDirectory?
        do {
            let bot = session.token.bot
            if let address = command.deliveryFlags.stateFlags.cluster {
                cluster = try Cluster(
                    at: address, bot: Int64(bot) ?? 0,
                    // While one commit is on its way to the server, the next one gathers as much.
                    redeliveryWindow: policy.redeliveryWindow * 2,
                    on: session.loop,
                    log: session.log)
                directory = nil
            } else {
                cluster = nil
                directory = try command.deliveryFlags.stateDirectory(of: bot, log: session.log)
            }
            journal = try DiskJournal(
                in: directory, sharedOn: cluster, bot: Int64(bot) ?? 0,
                redeliveryWindow: policy.redeliveryWindow,
                on: session.loop, log: session.log)
        } catch {
            throw error.asFailure
        }
        cluster?.journal = journal
        do { try intake.access.remember(in: directory?.path) } catch { throw error.asFailure }
        let reserved = ReservedFiles(
            journal.ownFiles + [command.recordFlags.record, intake.access.file].compactMap(\.self))
        files = LocalFiles(
            uploads: try command.callFlags.fileFlags.uploads().excluding(reserved),
            downloads: ChildFiles(
                in: directory?.path, temporaryDirectory: Environment.spoolDirectory, except: reserved,
                confinement: program.command.confinement))
        // Who sees that it listens may stop it at once; that must be handled.
        Signals.block(Self.handledSignals)
        try intake.listen(keepingIn: journal)
        endpoints = Endpoints(
            metrics: try command.logFlags.metrics.map { [session] in
                try MetricsEndpoint(at: $0, on: session.loop, log: session.log)
            },
            control: directory.flatMap { [journal, session] in
                ControlEndpoint(
                    in: $0, of: session.token.bot, refusing: command.childFlags.refusal, keepingIn: journal,
                    on: session.loop, log: session.log)
            })
    }

    func run() throws -> ExitCode {
        signals = try Signals(Self.handledSignals, on: loop) { [unowned self] in
            handle($0)
        }
        let result = Result {
            try session.run(deletingWebhook: command.polling.deleteWebhook) {
                [unowned self] (user: JSON) throws(GatewayFailure) in try start(as: user)
            }
        }
        intake.close()
        endpoints.metrics?.close()
        flow?.parts.caller.abandonDownloads()
        let failure = closeJournal()
        // After the last commit, which answers the last requests.
        endpoints.control?.close()
        if flow == nil { journal.removeIfNew() }
        if !journal.isDurable || cluster != nil { files.downloads.removeAll() }
        let exitCode = try result.get()
        if let failure { throw failure.asFailure }
        return exitCode
    }

    /// Makes the journal's last commit. Returns why it failed, if that wasn't known before.
    private func closeJournal() -> GatewayFailure? {
        var failure: GatewayFailure?
        journal.onFailure = { failure = $0 }
        journal.close(clean: flow.map { $0.parts.children.count == 0 } ?? true)
        return failure
    }

    private func start(as user: JSON) throws(GatewayFailure) {
        session.introduce(user, doing: "waiting for updates")
        if let username = user["username"]?.string { journal.setBot(username: username) }
        journal.setScopes(by: command.childFlags.scope)
        intake.access.announce(for: user["username"]?.string)
        let earlier = try journal.recoveredCalls()
        let children = makeChildren(user)
        let telegram = try intake.source(continuing: journal)
        let caller = try makeCaller()
        let filtered = try intake.filter(telegram, notingIn: journal) { caller.say($0, in: $1) }
        let source = endpoints.control?.filter(filtered) ?? filtered
        let gateway = Gateway(
            from: source, by: command.childFlags.scope, through: children, to: caller,
            observedBy: caller, keepingIn: journal,
            stopTimeout: command.runChildFlags.stopTimeout.duration ?? .seconds(1_000_000_000), on: loop,
            log: log)
        let parts = RunningGateway(source: telegram, caller: caller, children: children, journal: journal)
        let health = HealthRecorder(of: parts, on: loop)
        let elected = telegram as? ElectedPoller
        let runner = cluster.flatMap { cluster in
            elected.map {
                ClusterRunner(
                    cluster, gateway, caller, $0, health, keepingIn: journal,
                    username: user["username"]?.string)
            }
        }
        flow = Flow(gateway: gateway, parts: parts, health: health, cluster: runner)
        endpoints.metrics?.gateway = parts
        endpoints.control?.connect(gateway)
        journal.onFailure = { [unowned self] in session.end(with: $0) }
        gateway.start(with: earlier) { [unowned self] end in
            switch end {
            case .finished: loop.stop()
            case .failed(let failure): session.end(with: failure)
            }
        }
        health.start()
    }

    private func makeChildren(_ user: JSON) -> Children {
        if policy.maxChildren < command.childFlags.maxChildren {
            log.warning(
                "--max-children is lowered to \(policy.maxChildren): the limit is \(program.descriptorLimit) open files"
            )
        }
        let (token, isShared) = (session.token, cluster != nil)
        let children = program.children(
            of: user, policy: policy,
            // With --state postgresql://…, this is the gateway's own password.
            isSecret: { token.isIn($0) || isShared && $0.hasPrefix("PGPASSWORD=") }, journal: journal,
            on: loop,
            log: log)
        children.metrics = endpoints.metrics?.metrics
        return children
    }

    private func makeCaller() throws(GatewayFailure) -> TelegramCaller {
        let caller = session.caller(command.callFlags, uploads: files.uploads, files: files.downloads)
        caller.policy.sendsRefusedMarkdownAsText = command.childFlags.markdown
        for (chat, left) in try journal.holds() { caller.hold(chat, for: left) }
        for (old, new) in try journal.migrations() { caller.migrate(old, to: new) }
        caller.onHold = { [unowned self] in
            endpoints.metrics?.metrics.floodWaited()
            journal.hold($0, for: $1)
        }
        caller.onMigration = { [unowned self] in journal.migrate($0, to: $1) }
        return caller
    }

    // MARK: signals

    private func handle(_ signal: Int32) {
        switch signal {
        case SIGHUP where !terminalHangup.isTerminalGone:
            intake.access.reload()
            intake.record?.reopen()
            guard let flow else { return }
            log.notice("SIGHUP: replacing all children")
            flow.health.reload { flow.gateway.reload() }
        case SIGUSR1: logReport()
        case SIGUSR2: retryDeadLetters()
        default: stop(on: signal)
        }
    }

    /// Logs the output of `pipegram status`.
    private func logReport() {
        intake.access.logDropped()
        flow?.health.report()
        do {
            for line in try journal.report().lines where !line.isEmpty { log.notice("\(line)") }
        } catch {
            log.error("\(error)")
        }
    }

    /// Before the start there is nothing to do: the start redelivers them.
    private func retryDeadLetters() {
        guard let gateway = flow?.gateway, !gateway.isEnding else { return }
        journal.revive { [log] events in
            log.notice("SIGUSR2: redelivering \(events.count.counted("dead letter"))")
            gateway.deliver(events)
        }
    }

    private func stop(on signal: Int32) {
        guard let gateway = flow?.gateway, !gateway.isEnding else {
            // A second signal, or one before sign-in. The kernel kills the children with this process.
            if flow != nil { _exit(128 + signal) }
            return loop.stop()
        }
        flow?.health.stopping()
        log.info("stopping: waiting for children; a second signal kills them")
        endpoints.control?.stopping()
        gateway.shutDown()
        cluster?.stop()
    }
}

extension RunCommand: LoopCommand {
    @MainActor func policy(for program: BotProgram) -> ChildPolicy {
        var policy = childFlags.policy()
        policy.idleTimeout = runChildFlags.idleTimeout.duration
        policy.showsTyping = runChildFlags.typing || childFlags.plain
        policy.acknowledgement = deliveryFlags.acknowledgement
        policy.sendsPrintedFiles = callFlags.fileFlags.uploadRoot != nil
        policy.failure = .redeliver(maxDeliveries: deliveryFlags.maxDeliveries)
        policy.maxChildren = program.maxChildren(
            wanted: childFlags.maxChildren,
            besides: (webhook.webhook == nil ? 0 : webhook.connections)
                + (logFlags.metrics == nil ? 0 : MetricsEndpoint.connections)
                + (deliveryFlags.noState ? 0 : ControlServer.connections))
        return policy
    }

    @MainActor func start() throws -> ExitCode {
        if childFlags.boxFlags.printCommand {
            return try BotProgram(bot, childFlags, hiding: secrets).printCommand(by: childFlags.scope)
        }
        return try GatewayRunner(self).run()
    }
}
