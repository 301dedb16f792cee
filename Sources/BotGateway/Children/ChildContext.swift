import Logging
import Reactor

/// What all sessions share: the policy, the launcher, the journal, the handlers and the bot's health.
final class ChildContext {
    let policy: ChildPolicy
    let launcher: ChildLauncher
    let journal: any Journal
    let loop: EventLoop
    let log: Logger
    let ackTimer: AckTimer
    var handlers = ChildHandlers()
    var health = BotHealth()
    /// Nil if no metrics are served.
    var metrics: GatewayMetrics?
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

    /// Whether waiting events stay in the journal for the next start instead of being delivered.
    var leavesEvents: Bool { shutdown == .killing || shutdown == .hurrying && journal.isDurable }
}

/// The callbacks for what children do.
struct ChildHandlers {
    /// Carries out a call of a scope's child. The closure is called once, with the result.
    fileprivate(set) var perform: (Call, Scope, @escaping (CallResult) -> Void) -> Void = { _, _, _ in }
    /// An event was given to its child; only the last one of a batch.
    fileprivate(set) var given: (IncomingEvent) -> Void = { _ in }
    /// A scope's child ended.
    var ended: (Scope) -> Void = { _ in }
    /// A scope's child is busy. Called at once and every few seconds.
    fileprivate(set) var working: (Scope) -> Void = { _ in }
    /// Whether a scope's open calls may get a result before a shutdown ends.
    fileprivate(set) var mayAnswer: (Scope) -> Bool = { _ in true }
    /// Takes a line that a child wrote to stderr; nil sends it to the log.
    var stderr: ((Scope, String) -> Void)?
    /// Takes each line that passes between the gateway and a child; nil if nothing observes them.
    var line: ((Scope, ChildLineDirection, UnsafeRawBufferPointer) -> Void)?
    /// A child printed text, and none has written a valid line. Called once.
    var printedText: () -> Void = {}
}

/// The health of the bot's program, across all scopes.
struct BotHealth {
    var crashLoop = CrashLoopDetector()
    /// The number of problems: bad lines, crashes and hangs.
    private(set) var problems = 0
    private var hasReportedBuffering = false
    private var hasReportedFile = false
    private(set) var mayReportHeldPress = true
    /// No child has written a valid line, and none was reported to print text.
    private var maySpeakText = true

    mutating func countProblem() { problems += 1 }

    /// All children run the same program, so a buffered stdout is reported once.
    var mayReportBuffering: Bool { !hasReportedBuffering }

    mutating func reportedBuffering() { hasReportedBuffering = true }

    mutating func wroteValidLine() { maySpeakText = false }

    /// Returns whether to report that the program prints text.
    mutating func notePrintedText() -> Bool {
        defer { maySpeakText = false }
        return maySpeakText
    }

    /// Returns whether to report that a button press waits behind a held event.
    mutating func noteHeldPress() -> Bool {
        defer { mayReportHeldPress = false }
        return mayReportHeldPress
    }

    /// Returns whether to report that a program printed a file's URL and may not send files.
    mutating func noteUnsentFile() -> Bool {
        defer { hasReportedFile = true }
        return !hasReportedFile
    }
}

/// Decides which scopes have a child.
protocol ChildSupervisor: AnyObject {
    /// Whether calls of an earlier run must be answered before the scope's events are delivered.
    func isHeld(_ scope: Scope) -> Bool
    /// Starts the session's child as soon as there is room.
    func wantsChild(_ session: ChildSession)
    /// Resumes the session after the journal's next commit.
    func waitForCommit(_ session: ChildSession)
    /// A child asked for an event at this time.
    func scheduled(at time: Int64)
    func childEnded()
    /// A child that was revoked has ended.
    func revokedChildEnded(_ session: ChildSession)
    /// Removes the session if it has nothing left to do.
    func tidy(_ session: ChildSession)
}
