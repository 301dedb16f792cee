import Logging
import Reactor

/// What all sessions of a bot share: how children are run, where things go, and what is known of the bot itself.
final class ChildContext {
    let policy: ChildPolicy
    let launcher: ChildLauncher
    let journal: any Journal
    let loop: EventLoop
    let log: Logger
    let ackTimer: AckTimer
    var handlers = ChildHandlers()
    var health = BotHealth()
    var shutdown = Shutdown.none
    unowned var supervisor: (any ChildSupervisor)?

    init(
        _ policy: ChildPolicy, launcher: ChildLauncher, journal: any Journal, on loop: EventLoop, log: Logger
    ) {
        (self.policy, self.launcher, self.journal, self.loop, self.log) = (
            policy, launcher, journal, loop, log
        )
        ackTimer = AckTimer(on: loop)
    }

    /// What waits is left to the journal.
    var leavesEvents: Bool { shutdown == .killing || shutdown == .hurrying && journal.isDurable }
}

/// Takes what children do.
struct ChildHandlers {
    /// Carries out a call of a scope's child; the closure is called once, with what came of it.
    fileprivate(set) var perform: (Call, Scope, @escaping (CallResult) -> Void) -> Void = { _, _, _ in }
    /// An event was given to its child, the last one of a batch.
    fileprivate(set) var given: (IncomingEvent) -> Void = { _ in }
    /// A scope's child is gone.
    var ended: (Scope) -> Void = { _ in }
    /// A scope's child is at work, now and every few seconds.
    fileprivate(set) var working: (Scope) -> Void = { _ in }
    /// A line that a child wrote to stderr; without a handler it goes to the log.
    var stderr: ((Scope, String) -> Void)?
}

/// What is known of the bot, whatever the scope.
struct BotHealth {
    var crashLoop = CrashLoopDetector()
    /// How often something went wrong: a bad line, a crash, a hang.
    private(set) var problems = 0
    private var hasReportedBuffering = false

    mutating func noteProblem() { problems += 1 }

    /// All children run the same program: whether its stdout is buffered is said once.
    var mayReportBuffering: Bool { !hasReportedBuffering }

    mutating func reportedBuffering() { hasReportedBuffering = true }
}

/// Who decides which scopes have a child.
protocol ChildSupervisor: AnyObject {
    /// Calls of an earlier run go out before the scope's events.
    func isHeld(_ scope: Scope) -> Bool
    /// The session starts a child once there is room for it.
    func wantsChild(_ session: ChildSession)
    /// The session goes on after the next commit of the journal.
    func waitForCommit(_ session: ChildSession)
    func childEnded()
    /// Something of the session is done, and it may be forgotten.
    func tidy(_ session: ChildSession)
}
