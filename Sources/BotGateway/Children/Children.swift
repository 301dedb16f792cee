import BotAPI
import JSON
import Logging
import Reactor

/// The children of all scopes: starts one for each scope that has events, and ends idle ones.
package final class Children {
    let context: ChildContext
    var sessions: [Scope: ChildSession] = [:]
    private var slots: ChildSlots
    var recovery = RecoveryProgress()
    var moves = ShardMoves()
    let clock: WakeClock
    /// The sessions whose next event waits for a commit.
    private var waitingForCommit: [ChildSession] = []
    /// Called when a shutdown is complete: no child is left.
    var onFinished: () -> Void = {}

    /// - Parameters:
    ///   - bot: the User object from getMe; every scope line contains it.
    ///   - journal: keeps events until they are acknowledged.
    package convenience init(
        _ command: CommandTemplate, environment: ChildEnvironment, bot: JSON, policy: ChildPolicy,
        journal: any Journal, on loop: EventLoop, log: Logger
    ) {
        let limit = policy.maxLine
        let launcher = ChildLauncher(command, environment: environment, bot: bot) {
            (program, observer) throws(SystemError) in
            try ChildProcess(program, lineLimit: limit, on: loop, observer: observer)
        }
        self.init(ChildContext(policy, launcher: launcher, journal: journal, on: loop, log: log))
    }

    init(_ context: ChildContext) {
        self.context = context
        slots = ChildSlots(limit: context.policy.maxChildren)
        clock = WakeClock(context.journal, on: context.loop)
        context.supervisor = self
        clock.onDue = { [weak self] in $0.forEach { self?.deliver($0) } }
        context.journal.onCommit = { [weak self] in self?.committed() }
    }

    /// Sets the callbacks to the rest of the gateway. Call it before the first event.
    ///
    /// - Parameters:
    ///   - perform: carries out a call of a scope's child; the closure is called once, with the result.
    ///   - given: an event was given to its child; only the last one of a batch.
    ///   - ended: a scope's child ended.
    ///   - working: a scope's child is busy; called at once and every few seconds.
    ///   - mayAnswer: whether a scope's open calls may get a result before a shutdown ends.
    func connect(
        perform: @escaping (Call, Scope, @escaping (CallResult) -> Void) -> Void,
        given: @escaping (IncomingEvent) -> Void = { _ in }, ended: @escaping (Scope) -> Void = { _ in },
        working: @escaping (Scope) -> Void = { _ in }, mayAnswer: @escaping (Scope) -> Bool = { _ in true }
    ) {
        context.handlers = ChildHandlers(
            perform: perform, given: given, ended: ended, working: working, mayAnswer: mayAnswer,
            stderr: context.handlers.stderr, line: context.handlers.line,
            printedText: context.handlers.printedText)
    }

    /// The number of running children.
    package var count: Int { slots.count }

    /// The number of events that aren't acknowledged yet.
    package var backlog: Int { sessions.values.reduce(0) { $0 + $1.queue.count + $1.inFlight.count } }

    /// Some events of an earlier run aren't in `backlog` yet.
    package var isRecovering: Bool { !recovery.isDone }

    /// The number of problems: bad lines, crashes and hangs.
    package var problems: Int { context.health.problems }

    /// Counts what children do; nil if no metrics are served. Set it before the first event.
    package var metrics: GatewayMetrics? {
        get { context.metrics }
        set { context.metrics = newValue }
    }

    /// How many children are in each state of their life.
    package var states: [(name: String, count: Int)] {
        let states: [(String, ChildLifecycle.State)] = [
            ("running", .running), ("ending", .closing), ("waiting", .waiting), ("restarting", .cooling),
        ]
        return states.map { name, state in (name, sessions.values.count { $0.lifecycle.state == state }) }
    }

    /// Sets a handler for the lines that children write to stderr; without one they go to the log.
    package func onStderr(_ handle: @escaping (Scope, String) -> Void) { context.handlers.stderr = handle }

    /// Sets a handler that is called once if children print text instead of calls.
    package func onPrintedText(_ handle: @escaping () -> Void) { context.handlers.printedText = handle }

    /// Some children haven't read everything that they were given, or must still acknowledge it.
    package var areAtWork: Bool {
        sessions.values.contains { $0.isAlive && (!$0.inFlight.isReady || $0.owesAcknowledgement) }
    }

    /// All children have finished everything they were given, as far as can be known.
    package var areDone: Bool { sessions.values.allSatisfy(\.isDone) }

    /// Whether a child can read an update.
    func canRead(_ update: Update) -> Bool {
        context.policy.dialect == .events
            || PlainTextMessage(kind: update.kind, payload: update.payload) != nil
    }

    /// Gives an event to its scope's child, or queues it.
    func deliver(_ event: IncomingEvent) {
        session(of: event.scope).deliver(event)
    }

    private func session(of scope: Scope) -> ChildSession {
        sessions[scope] ?? makeSession(scope, waiting: context.journal.recoveredCount(of: scope))
    }

    private func makeSession(_ scope: Scope, waiting: Int) -> ChildSession {
        let session = ChildSession(scope, waiting: waiting, in: context)
        sessions[scope] = session
        return session
    }

    // MARK: recovery

    private static let fewWaiting = 100

    /// Begins to deliver the events of an earlier run.
    func start() {
        recovery.begin()
        fillSlots()
        if context.policy.hasClock { clock.start() }
    }

    /// Recovers more scopes of an earlier run, while few wait for a slot: there may be a million.
    private func recoverScopes() {
        guard context.shutdown == .none, slots.waitingCount < Self.fewWaiting, recovery.pause(),
            let scopes = context.journal.nextRecovered()
        else { return }
        for (scope, count) in scopes where sessions[scope] == nil {
            makeSession(scope, waiting: count).recover()
        }
        recovery.begin()
        if !scopes.isEmpty { fillSlots() }
    }

    /// Holds back a scope's events until `release` was called as many times as `hold`.
    func hold(_ scope: Scope) {
        recovery.hold(scope)
        session(of: scope).recover()
    }

    func release(_ scope: Scope) {
        let isLast = recovery.release(scope)
        guard let session = sessions[scope] else { return }
        if isLast { session.resumeStart() }
        tidy(session)
    }

    private func committed() {
        let sessions = waitingForCommit
        waitingForCommit = []
        for session in sessions { session.committed() }
        if !recovery.isDone { fillSlots() }
    }

    // MARK: reload and shutdown

    /// Restarts every child between two of its events.
    func reload() {
        for session in Array(sessions.values) { session.reload() }
        context.loop.after(context.policy.stopGrace) { [weak self] in
            self?.sessions.values.forEach { $0.hurryReload() }
        }
    }

    /// Advances the shutdown to this stage, unless it has reached it.
    package func shutDown(_ stage: Shutdown) {
        guard context.shutdown.advance(to: stage) else { return }
        clock.stop()
        if stage == .draining, context.policy.limitsShutdown {
            context.loop.after(context.policy.stopGrace) { [weak self] in self?.shutDown(.hurrying) }
        }
        applyShutdown()
        if stage == .hurrying { hurryOn() }
    }

    /// During a shutdown a scope's call has to wait, perhaps for longer than the shutdown may take.
    func callDelayed(in scope: Scope) { sessions[scope]?.shutDown() }

    private func applyShutdown() {
        if context.leavesEvents { slots.waitingAreDropped() }
        for session in Array(sessions.values) { session.shutDown() }
        if context.shutdown == .draining { fillSlots() }
        checkFinished()
    }

    /// Also ends children that stopped reading: checks every second until none is left.
    private func hurryOn() {
        guard !isFinished else { return }
        context.loop.after(.seconds(1)) { [weak self] in
            self?.applyShutdown()
            self?.hurryOn()
        }
    }

    /// A shutdown has begun, no child is left, and none will start.
    var isFinished: Bool {
        context.shutdown != .none && slots.count == 0 && !slots.isAwaited
            && sessions.values.allSatisfy { $0.lifecycle.state == .absent }
    }

    func checkFinished() {
        guard isFinished else { return }
        context.loop.soon { [weak self] in self?.onFinished() }
    }

    // MARK: slots

    private func fillSlots() {
        while let session = slots.next() {
            do throws(SystemError) {
                try session.start()
                if session.isAlive { slots.started() }
            } catch {
                guard error.isExhaustion else {
                    session.startFailed(error)
                    continue
                }
                slots.putBack(session)
                return waitForResources(error)
            }
        }
        recoverScopes()
        // Only once per timer: with many scopes waiting, it would run for each new one.
        if slots.isAwaited, !slots.isCheckDue { makeRoom() }
    }

    /// Out of descriptors, processes or memory: ends idle children, and retries when a child has ended, or in a second.
    private func waitForResources(_ error: SystemError) {
        if slots.isFirstExhaustion() {
            let running = count.counted("child", plural: "children")
            context.log.warning("can't run more than \(running) (\(error)); idle ones make room")
        }
        guard !slots.isCheckDue else { return }
        makeRoom()
        if !slots.isCheckDue { checkSlots(after: .seconds(1)) }
    }

    /// Ends the children that were idle longest, one for each scope that waits.
    private func makeRoom() {
        guard context.policy.evictsIdleChildren, context.shutdown == .none else { return }
        let leaving = sessions.values.reduce(0) { $0 + ($1.isLeaving ? 1 : 0) }
        let idle = sessions.values.filter(\.isQuiet).sorted { $0.activity.last < $1.activity.last }
        for session in idle.prefix(max(0, slots.waitingCount - leaving)) {
            let quietSince = session.activity.last + ChildPolicy.quietBeforeEviction
            guard quietSince <= .current else { return checkSlots(after: quietSince - .current) }
            session.close(.limit)
        }
        checkSlots(after: ChildPolicy.quietBeforeEviction)
    }

    private func checkSlots(after delay: Duration) {
        slots.setCheck(
            context.loop.after(delay) { [weak self] in
                self?.slots.checkCame()
                self?.fillSlots()
            })
    }
}

extension Children: ChildSupervisor {
    func isHeld(_ scope: Scope) -> Bool { recovery.isHeld(scope) || moves.isLeaving(scope) }

    func wantsChild(_ session: ChildSession) {
        slots.wait(session)
        fillSlots()
    }

    func waitForCommit(_ session: ChildSession) {
        waitingForCommit.append(session)
        context.journal.commitSoon()
    }

    func scheduled(at time: Int64) { clock.scheduled(at: time) }

    func childEnded() {
        slots.ended()
        if slots.isAwaited { context.loop.soon { [weak self] in self?.fillSlots() } }
    }

    func tidy(_ session: ChildSession) {
        let isCurrent = sessions[session.scope] === session
        if isCurrent, session.isForgettable, !recovery.isHeld(session.scope) { sessions[session.scope] = nil }
        if context.shutdown != .none { checkFinished() }
    }
}
