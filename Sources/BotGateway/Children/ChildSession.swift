import Glibc
import JSON
import Logging
import Reactor

/// A scope with its child: its waiting events, the events in flight, and the calls without an answer.
@MainActor final class ChildSession {
    let scope: Scope
    let context: ChildContext
    let dialect: any Dialect

    var lifecycle = ChildLifecycle()
    var queue: EventQueue
    var inFlight: InFlight
    var calls = OpenCalls()
    var child = Child()
    var stop = StopLadder()
    var activity = Activity()
    var redeliveryWindow = RedeliveryWindow()
    private var timers = Timers()

    private struct Timers {
        /// The session's current timer, such as backoff, idle timeout or stop grace; nil if none is running.
        var next: Timer?
        var typing = TypingTimer()
    }

    /// - Parameter waiting: how many events the journal holds for the scope from an earlier run.
    init(_ scope: Scope, waiting: Int = 0, in context: ChildContext) {
        self.scope = scope
        self.context = context
        queue = EventQueue(pagedOut: waiting)
        inFlight = InFlight(mode: context.policy.inFlightMode)
        switch context.policy.dialect {
        case .events: dialect = EventDialect.shared
        case .plainText(let options):
            dialect = PlainTextDialect(
                options, awaitsReturn: context.policy.detectsHangs,
                sendsFiles: context.policy.sendsPrintedFiles, bot: context.launcher.username)
        }
    }

    isolated deinit {
        timers.next?.cancel()
        timers.typing.stop()
    }

    var isAlive: Bool { lifecycle.isAlive }

    /// The child was asked to end and is still running.
    var isLeaving: Bool { isAlive && lifecycle.state != .running }

    /// Nothing is read, written or waiting.
    var isQuiet: Bool {
        lifecycle.state == .running && queue.isEmpty && !calls.hasResults && calls.count == 0
            && inFlight.isReady && !owesAcknowledgement && dialect.isQuiet
    }

    /// The child has finished everything it was given, as far as can be known.
    var isDone: Bool {
        guard lifecycle.state != .absent else { return queue.isEmpty && calls.count == 0 }
        guard isQuiet, !dialect.isAwaitingReturn else { return false }
        // The child has said so: its events are acknowledged.
        if case .acknowledged = inFlight.mode { return true }
        // `isReadingInput` is nil for an event loop, and for a child that is about to end.
        return child.process?.isReadingInput ?? (dialect.returnsWhenQuiet || inFlight.isKnownToBeBack)
    }

    /// Events are in flight that the child must acknowledge by `telegram.ack` or by its exit.
    var owesAcknowledgement: Bool { inFlight.mode != .oneByOne && inFlight.count > 0 }

    /// The child has finished its events, and has calls without a result.
    var isWaitingForResults: Bool {
        lifecycle.state == .running && calls.count > 0 && inFlight.isReady && !owesAcknowledgement
    }

    /// The session can be removed.
    var isForgettable: Bool {
        lifecycle.state == .absent && lifecycle.failures == 0 && queue.isEmpty && calls.count == 0
    }

    // MARK: starting

    func deliver(_ event: IncomingEvent) {
        let isInterrupt = context.policy.interruptsChildren && dialect.isInterrupt(event)
        // There is nothing to interrupt, and no reason to start a child.
        if isInterrupt, lifecycle.state == .absent, queue.isEmpty {
            skip(event)
            context.supervisor?.tidy(self)
            return
        }
        queue.append(event, inMemory: isAlive || context.policy.queuesInMemory, journal: context.journal)
        carryOut(lifecycle.eventArrived())
        watchForHeldPress(event)
        if isInterrupt { interrupt() }
    }

    /// Starts a child if an earlier run left events.
    func recover() {
        if !queue.isEmpty { carryOut(lifecycle.eventArrived()) }
    }

    func carryOut(_ action: ChildLifecycle.Action) {
        switch action {
        case .nothing: break
        case .start: startWhenThereIsRoom()
        case .deliver: advance()
        case .startAfter(let delay):
            let waiting = queue.isEmpty ? "with the next event" : "\(queue.count.counted("event")) waiting"
            log(repeatedLevel, "restarting in \(delay.rounded), \(waiting)")
            setTimer(delay) { $0.cooledDown() }
        }
    }

    /// Waits while many calls of the last child are open: a bot that exits after each event would pile them up.
    func startWhenThereIsRoom() {
        let isHeld = !calls.hasRoom || context.supervisor?.isHeld(scope) == true
        lifecycle.holdStart(isHeld)
        if !isHeld { context.supervisor?.wantsChild(self) }
    }

    /// Starts the child if the reason to wait is gone.
    func resumeStart() {
        if lifecycle.isStartHeld { startWhenThereIsRoom() }
    }

    private func cooledDown() {
        carryOut(lifecycle.cooledDown(eventsWait: !queue.isEmpty))
        guard lifecycle.state == .absent else { return }
        // Remember the failures for a while: if the next child fails too, the backoff continues.
        setTimer(.seconds(60)) { $0.forgetFailures() }
    }

    private func forgetFailures() {
        guard lifecycle.state == .absent else { return }
        lifecycle = ChildLifecycle()
        context.supervisor?.tidy(self)
    }

    /// Starts the child with the first waiting event.
    func start() throws(SystemError) {
        guard redeliveryWindow.hasRoom(in: context.journal) else { return waitForCommit() }
        guard context.journal.isCertain else { return startLater() }
        let event: IncomingEvent
        let state: JSON?
        do throws(JournalReadError) {
            guard let first = try queue.first(context.journal, scope: scope) else {
                return lifecycle.abandoned()
            }
            event = first
            state = try context.journal.state(of: scope)
        } catch {
            // The journal has logged why.
            return startLater()
        }
        let (process, scopeLine, showsTyping) = try context.launcher.start(
            for: event, state: state, observer: self)
        started(process, showsTyping: showsTyping)
        if dialect.opensWithScopeLine { give(takeEvents(), opening: scopeLine) }
        advance()
    }

    private func startLater() {
        setTimer(.seconds(1)) { $0.context.supervisor?.wantsChild($0) }
    }

    private func started(_ process: any ChildHandle, showsTyping: Bool) {
        child.started(process, showsTyping: showsTyping)
        lifecycle.started()
        clearTimer()
        stop = StopLadder()
        activity.childStarted()
        context.metrics?.childStarted()
        log(.info, "child started")
        context.journal.childStarted(scope, pid: process.pid)
    }

    /// The child couldn't be started, and waiting for resources won't help.
    func startFailed(_ error: SystemError) {
        diedAtStart("\(error)")
        ended(succeeded: false, lived: .zero)
    }

    // MARK: timers

    func touch() { activity.touch(context.loop.now) }

    func setTimer(_ delay: Duration, _ action: @escaping (ChildSession) -> Void) {
        timers.next?.cancel()
        // Actions take the session as a parameter, so most need no captured storage: every idle child has one.
        timers.next = context.loop.after(delay) { [unowned self] in
            timers.next = nil
            action(self)
        }
    }

    func setTimerIfNone(_ delay: Duration, _ action: @escaping (ChildSession) -> Void) {
        if timers.next == nil { setTimer(delay, action) }
    }

    func clearTimer() {
        timers.next?.cancel()
        timers.next = nil
    }

    func startTyping() {
        guard context.policy.sendsTyping, child.showsTyping else { return }
        timers.typing.start(on: context.loop) { [unowned self] in
            let mayBeAtWork = owesAcknowledgement || activity.lastGiven + TypingTimer.limit > .current
            guard isAlive, mayBeAtWork, child.process?.isReadingInput != true else { return false }
            context.handlers.working(scope)
            return true
        }
    }

    func stopTyping() { timers.typing.stop() }

    // MARK: logging

    /// - Parameter event: the event that the line names; nil for the one that the child works on.
    func log(_ level: Logger.Level, about event: IncomingEvent? = nil, _ message: @autoclosure () -> String) {
        guard context.log.logLevel <= level else { return }
        let named = event.map { ($0.updateID, $0.logLine) } ?? child.lastEvent
        context.log.log(level: level, "\(message())", metadata: metadata(naming: named))
    }

    /// Logs a warning and counts a problem, which fails a replay.
    func problem(_ message: String) {
        context.health.countProblem()
        log(.warning, message)
    }

    /// The level of messages that repeat for each child; lower during a crash loop.
    var repeatedLevel: Logger.Level { context.health.crashLoop.isKnown ? .debug : .warning }

    private func metadata(naming event: (updateID: Int64, logLine: Int)?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["scope": "\(scope)"]
        if let process = child.process { metadata["pid"] = "\(process.pid)" }
        if let event {
            metadata["update"] = "\(event.updateID)"
            if event.logLine > 0 { metadata["line"] = "\(event.logLine)" }
        }
        return metadata
    }
}
