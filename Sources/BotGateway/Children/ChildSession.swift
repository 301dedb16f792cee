import Glibc
import JSON
import Logging
import Reactor

/// One scope with its child: the events that wait, what the child has in hand, the calls it waits for.
@MainActor final class ChildSession {
    let scope: Scope
    unowned let children: Children
    var options: ChildOptions { children.options }

    var lifecycle = ChildLifecycle()
    var queue: EventQueue
    var inFlight: InFlight
    /// Result lines that wait to be written.
    var results: [UInt8] = []
    var process: ChildProcess?
    /// Which child of this scope lives: a result is for the one that called.
    var generation = 0
    /// Calls that aren't answered, and the bytes of their lines.
    var openCalls = 0
    var openBytes = 0

    var startedAt = Instant.current
    /// When something was last read or written.
    private(set) var lastActive = Instant.current
    var keepAliveUntil: Instant?
    /// Why the child was told to go; nil while it wasn't.
    var reason: DisconnectReason?
    /// It is to be replaced by a new child as soon as it has nothing in hand.
    var isOutdated = false
    /// The next event, or child, waits for the journal.
    var isWaitingForCommit = false
    private var startIsDue = false
    var stdoutBuffering = StdoutBufferingDetector()
    /// The one thing that it waits for the time of; nil once that has come.
    private(set) var timer: Timer?
    /// Calls of an earlier run that go out before this scope's events.
    private var recoveredCalls = 0
    /// How many events were dealt with since this commit of the journal.
    var acknowledged = (count: 0, commits: 0)
    /// What the child wrote to stderr last.
    var lastWords: [String] = []
    /// The event whose child is watched for living on.
    var watchedKey: Int64 = 0
    /// The last event the child was given, to name it when something goes wrong.
    var lastEvent: (updateID: Int64, logLine: Int)?
    var lastGiven = Instant.current
    /// The longest that the child worked on a single event.
    var slowest = Duration.zero
    /// How it is talked to in plain text; nil for a child that speaks events.
    let plain: PlainTextDialect?
    /// When the chat is told next that its child is at work.
    var typing: Timer?

    /// - Parameter waiting: how many events the journal holds for the scope from an earlier run.
    init(scope: Scope, children: Children, waiting: Int = 0) {
        self.scope = scope
        self.children = children
        queue = EventQueue(pagedOut: waiting)
        inFlight = InFlight(mode: children.options.deliveryMode)
        plain = children.options.isPlain ? PlainTextDialect() : nil
    }

    isolated deinit {
        timer?.cancel()
        stopTyping()
    }

    var isAlive: Bool { lifecycle.isAlive }

    /// It was told to go and hasn't gone yet.
    var isLeaving: Bool { isAlive && lifecycle.state != .running }

    /// Nothing is read, written or waiting.
    var isQuiet: Bool {
        lifecycle.state == .running && queue.isEmpty && results.isEmpty && openCalls == 0
            && inFlight.isReady && !owesAcknowledgement && plain?.isQuiet != false
    }

    /// It has dealt with all that was for it, as far as can be known.
    var isDone: Bool {
        guard lifecycle.state != .absent else { return queue.isEmpty && openCalls == 0 }
        guard isQuiet, plain?.isAtWork != true else { return false }
        // Of an event loop nobody can tell whether it waits for more, nor of a child that is about to end.
        return process?.isReadingInput ?? (plain != nil || inFlight.isKnownToBeBack)
    }

    /// It has said nothing yet of an event that waits for its word.
    var owesAcknowledgement: Bool { inFlight.mode != .oneByOne && inFlight.count > 0 }

    /// Nothing is left to remember.
    var isForgettable: Bool {
        lifecycle.state == .absent && lifecycle.failures == 0 && queue.isEmpty && openCalls == 0
            && recoveredCalls == 0
    }

    // MARK: events

    func deliver(_ event: IncomingEvent) {
        // In a replay the journal is memory itself.
        let isWanted = isAlive || options.replays != nil
        queue.append(event, inMemory: isWanted, journal: children.journal)
        carryOut(lifecycle.eventArrived())
    }

    /// The events that an earlier run left wait for a child.
    func recover() {
        if !queue.isEmpty { carryOut(lifecycle.eventArrived()) }
    }

    /// A call of an earlier run goes out first.
    func hold() { recoveredCalls += 1 }

    func release() {
        recoveredCalls -= 1
        if recoveredCalls == 0, startIsDue { startWhenThereIsRoom() }
        children.tidy(self)
    }

    func carryOut(_ action: ChildLifecycle.Action) {
        switch action {
        case .nothing: break
        case .start: startWhenThereIsRoom()
        case .deliver: advance()
        case .terminate: process?.signal(SIGTERM)
        case .kill: process?.signal(SIGKILL)
        case .startAfter(let delay):
            let waiting = queue.isEmpty ? "for the next event at the earliest" : "\(queue.count) events wait"
            log(repeatedLevel, "starting again in \(delay.rounded), \(waiting)")
            setTimer(delay) { $0.cooledDown() }
        }
    }

    /// Not while many calls of the last child wait: one that exits after each event would pile them up.
    private func startWhenThereIsRoom() {
        startIsDue = !hasRoomForCalls || recoveredCalls > 0
        if !startIsDue { children.wantsChild(self) }
    }

    /// Neither too many calls wait to be answered, nor too many answers to be read.
    var hasRoomForCalls: Bool {
        openCalls < ChildOptions.maxOpenCalls && openBytes < ChildOptions.maxOpenBytes
            && results.count < ChildOptions.maxOpenBytes
    }

    /// A call was answered.
    func callEnded() {
        advance()
        resumeIfRoom()
        children.tidy(self)
    }

    /// Half of the room has to be free again: to stop and go for every line would cost more.
    func resumeIfRoom() {
        guard openCalls <= ChildOptions.maxOpenCalls / 2, openBytes <= ChildOptions.maxOpenBytes / 2,
            results.count <= ChildOptions.maxOpenBytes / 2
        else { return }
        process?.resumeOutput()
        if startIsDue { startWhenThereIsRoom() }
    }

    private func cooledDown() {
        carryOut(lifecycle.cooledDown(eventsWait: !queue.isEmpty))
        guard lifecycle.state == .absent else { return }
        // Long enough to remember that it failed, should it go on to.
        setTimer(.seconds(60)) { $0.forgetFailures() }
    }

    private func forgetFailures() {
        guard lifecycle.state == .absent else { return }
        lifecycle = ChildLifecycle()
        children.tidy(self)
    }

    /// Starts the child with the first event that waits.
    func start() throws(SystemError) {
        guard isWithinRedeliveryWindow else { return waitForCommit() }
        let event: IncomingEvent
        let state: JSON?
        do throws(JournalReadError) {
            guard let first = try queue.first(children.journal, scope: scope) else {
                return lifecycle.abandoned()
            }
            event = first
            state = try children.journal.state(of: scope)
        } catch {
            // The journal has said why.
            return setTimer(.seconds(1)) { $0.children.wantsChild($0) }
        }
        var program = children.program
        program.environment = children.environment.variables(for: event)
        let process = try ChildProcess(program, lineLimit: options.maxLine, on: children.loop, observer: self)
        self.process = process
        lifecycle.started()
        clearTimer()
        generation += 1
        startedAt = .current
        reason = nil
        isOutdated = false
        stdoutBuffering = StdoutBufferingDetector()
        watchedKey = 0
        lastWords = []
        slowest = .zero
        log(.info, "child started")
        children.journal.childStarted(scope, pid: process.pid)
        if plain == nil {
            give(takeEvents(), opening: ScopeLine.line(openedBy: event, bot: children.bot, state: state))
        }
        advance()
    }

    /// It could not be started, and that won't change by itself.
    func startFailed(_ error: SystemError) {
        diedAtStart("\(error)")
        ended(succeeded: false, lived: .zero)
    }

    // MARK: time

    func touch() { lastActive = children.loop.now }

    func setTimer(_ delay: Duration, _ action: @escaping (ChildSession) -> Void) {
        timer?.cancel()
        // Given the session, most actions need no storage of their own: every idle child has one.
        timer = children.loop.after(delay) { [unowned self] in
            timer = nil
            action(self)
        }
    }

    func clearTimer() {
        timer?.cancel()
        timer = nil
    }

    // MARK: the log

    func log(_ level: Logger.Level, _ message: @autoclosure () -> String) {
        guard children.log.logLevel <= level else { return }
        children.log.log(level: level, "\(message())", metadata: metadata)
    }

    /// Something went wrong with this child: a warning, and the end of a replay's success.
    func problem(_ message: String) {
        children.problems += 1
        log(.warning, message)
    }

    /// For what is said of each child: quiet while all of them die in the same way.
    var repeatedLevel: Logger.Level { children.crashLoop.isKnown ? .debug : .warning }

    private var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["scope": "\(scope)"]
        if let process { metadata["pid"] = "\(process.pid)" }
        if let lastEvent {
            metadata["update"] = "\(lastEvent.updateID)"
            if lastEvent.logLine > 0 { metadata["line"] = "\(lastEvent.logLine)" }
        }
        return metadata
    }
}
