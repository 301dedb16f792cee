import DequeModule
import JSON
import Logging
import Reactor

/// The children of all scopes: starts one for each scope that has events, and ends those that are idle.
package final class Children {
    let program: Program
    let environment: ChildEnvironment
    let bot: JSON
    let options: ChildOptions
    let loop: EventLoop
    let log: Logger
    let journal: any Journal
    var crashLoop = CrashLoopDetector()
    let ackTimer: AckTimer

    /// Carries out a call of a child; set before the first event.
    var perform: (Call, Scope, @escaping (CallResult) -> Void) -> Void = { _, _, _ in }
    /// Told that a scope's child is gone.
    var onEnded: (Scope) -> Void = { _ in }
    /// Told that a scope's child is at work, now and every few seconds.
    var onTyping: (Scope) -> Void = { _ in }
    /// Told of the event that a child is given last.
    var onGiven: (IncomingEvent) -> Void = { _ in }
    /// Takes each line that a child writes to stderr; where nobody does, the log gets it.
    package var onStderr: ((Scope, String) -> Void)?
    /// Called when no child is left after `finish`.
    var onFinished: () -> Void = {}
    /// How often something went wrong: a bad line, a crash, a hang.
    package internal(set) var problems = 0
    private(set) var isFinishing = false
    /// Children have had their time to hear what became of their calls, and are told to go without.
    private(set) var isHurried = false
    private var isKilled = false

    private var sessions: [Scope: ChildSession] = [:]
    private var alive = 0
    /// Scopes that want a child and wait for room, in their order.
    private var waiting: Deque<ChildSession> = []
    private var roomCheck: Timer?
    private var saidExhausted = false
    /// One child's stdout seems to be buffered, and so is every child's.
    var hasSaidBuffered = false
    /// The journal has events of an earlier run that weren't taken up yet.
    private var hasRecovered = false
    private static let fewWaiting = 100
    /// Those whose next event waits for a commit.
    private var waitingForCommit: [ChildSession] = []

    /// - Parameters:
    ///   - bot: what getMe answered; every scope line carries it.
    ///   - journal: keeps events until they are dealt with.
    package init(
        _ program: Program, environment: ChildEnvironment, bot: JSON, options: ChildOptions,
        journal: any Journal, on loop: EventLoop, log: Logger
    ) {
        (self.program, self.environment, self.bot, self.options) = (program, environment, bot, options)
        (self.journal, self.loop, self.log) = (journal, loop, log)
        ackTimer = AckTimer(on: loop)
        journal.onCommit = { [weak self] in self?.committed() }
    }

    /// How many children live.
    package var count: Int { alive }

    /// Some have something in hand.
    package var areAtWork: Bool { sessions.values.contains { $0.isAlive && !$0.inFlight.isReady } }

    /// Each has dealt with all that was for it, as far as can be known.
    package var areDone: Bool { sessions.values.allSatisfy(\.isDone) }

    /// Whether a child could be told of an event.
    func canTake(_ event: IncomingEvent) -> Bool { !options.isPlain || PlainTextMessage(event) != nil }

    /// Gives an event to its scope's child, or keeps it until there is one.
    func deliver(_ event: IncomingEvent) {
        session(of: event.scope).deliver(event)
    }

    private func session(of scope: Scope) -> ChildSession {
        sessions[scope] ?? makeSession(scope, waiting: journal.recoveredCount(of: scope))
    }

    private func makeSession(_ scope: Scope, waiting: Int) -> ChildSession {
        let session = ChildSession(scope: scope, children: self, waiting: waiting)
        sessions[scope] = session
        return session
    }

    /// Goes on with the events of an earlier run.
    func start() {
        hasRecovered = true
        fillRoom()
    }

    /// Takes up some more scopes of an earlier run, as soon as few wait for room: there may be a million.
    private func admitRecovered() {
        guard hasRecovered, !isFinishing, waiting.count < Self.fewWaiting else { return }
        // Taking up a scope asks for room, and so comes here again.
        hasRecovered = false
        guard let scopes = journal.nextRecovered() else { return }
        for (scope, count) in scopes where sessions[scope] == nil {
            makeSession(scope, waiting: count).recover()
        }
        hasRecovered = true
        if !scopes.isEmpty { fillRoom() }
    }

    /// A scope's events wait until `release` was called as often.
    func hold(_ scope: Scope) {
        let session = session(of: scope)
        session.hold()
        session.recover()
    }

    func release(_ scope: Scope) { sessions[scope]?.release() }

    func waitForCommit(_ session: ChildSession) {
        waitingForCommit.append(session)
        journal.commitSoon()
    }

    private func committed() {
        let sessions = waitingForCommit
        waitingForCommit = []
        for session in sessions { session.committed() }
        if hasRecovered { fillRoom() }
    }

    /// Has every child replaced, each between two of its events.
    func reload() {
        for session in Array(sessions.values) { session.reload() }
        loop.after(options.stopGrace) { [weak self] in self?.sessions.values.forEach { $0.hurryReload() } }
    }

    /// No more events will come: each child ends after its last one.
    func finish() {
        isFinishing = true
        // A replay has all the time that its log takes.
        if options.replays == nil { loop.after(options.stopGrace) { [weak self] in self?.windDown() } }
        for session in Array(sessions.values) { session.finish() }
        fillRoom()
        checkFinished()
    }

    /// What waits is left to the journal.
    var isWindingDown: Bool { isKilled || isHurried && journal.isDurable }

    /// Ends without what waits, as far as the journal keeps it.
    func windDown() {
        if !isHurried { hurry() }
    }

    /// Ends those that stopped reading too, every second until none is left.
    private func hurry() {
        isHurried = true
        if isWindingDown { waiting = [] }
        for session in Array(sessions.values) { session.hurry() }
        checkFinished()
        if !isFinished { loop.after(.seconds(1)) { [weak self] in self?.hurry() } }
    }

    /// Ends every child at once, with what it has started; what waits isn't delivered.
    package func kill() {
        isKilled = true
        waiting = []
        for session in Array(sessions.values) { session.kill() }
        checkFinished()
    }

    /// No child is left, and none will start.
    var isFinished: Bool {
        isFinishing && alive == 0 && waiting.isEmpty
            && sessions.values.allSatisfy { $0.lifecycle.state == .absent }
    }

    private func checkFinished() {
        guard isFinished else { return }
        loop.soon { [weak self] in self?.onFinished() }
    }

    // MARK: room

    func wantsChild(_ session: ChildSession) {
        waiting.append(session)
        fillRoom()
    }

    func childEnded() {
        alive -= 1
        if !waiting.isEmpty { loop.soon { [weak self] in self?.fillRoom() } }
    }

    /// Forgets a scope that has nothing left to remember.
    func tidy(_ session: ChildSession) {
        if session.isForgettable { sessions[session.scope] = nil }
        if isFinishing { checkFinished() }
    }

    private func fillRoom() {
        while alive < options.maxChildren, let session = waiting.popFirst() {
            do throws(SystemError) {
                try session.start()
                if session.isAlive { alive += 1 }
            } catch {
                guard error.isExhaustion else {
                    session.startFailed(error)
                    continue
                }
                waiting.prepend(session)
                return waitForResources(error)
            }
        }
        admitRecovered()
        // Once in a while: with many scopes waiting it would be done for each that comes.
        if !waiting.isEmpty, roomCheck == nil { makeRoom() }
    }

    /// Out of descriptors or processes: later, when a child has ended or a second has passed.
    private func waitForResources(_ error: SystemError) {
        if !saidExhausted {
            saidExhausted = true
            log.warning("no room for more than \(alive) children (\(error)); others wait their turn")
        }
        checkRoom(after: .seconds(1))
    }

    /// Asks the children that were idle longest to go, one for each scope that waits.
    private func makeRoom() {
        // A replay must not depend on who was quick: there everyone stays until the log ends.
        guard options.replays == nil, !isFinishing else { return }
        let leaving = sessions.values.reduce(0) { $0 + ($1.isLeaving ? 1 : 0) }
        let idle = sessions.values.filter(\.isQuiet).sorted { $0.lastActive < $1.lastActive }
        for session in idle.prefix(max(0, waiting.count - leaving)) {
            let quietSince = session.lastActive + ChildOptions.quietBeforeEviction
            guard quietSince <= .current else { return checkRoom(after: quietSince - .current) }
            session.close(.limit)
        }
        checkRoom(after: ChildOptions.quietBeforeEviction)
    }

    private func checkRoom(after delay: Duration) {
        roomCheck?.cancel()
        roomCheck = loop.after(delay) { [weak self] in
            self?.roomCheck = nil
            self?.fillRoom()
        }
    }
}
