import Reactor

/// How children are run, as the options of a command say.
package struct ChildPolicy {
    /// Idle children are ended after this time; nil for never.
    package var idleTimeout: Duration? = .seconds(15 * 60)
    /// The time between closing stdin and SIGTERM.
    package var stopGrace: Duration = .seconds(10)
    /// The time between SIGTERM and SIGKILL.
    package var killGrace: Duration = .seconds(5)
    /// The most children running at the same time.
    package var maxChildren = 1000
    /// The longest line accepted from a child, in bytes.
    package var maxLine = 1 << 20
    /// What a child may use, as `--limit` has it; nil for no limits.
    package var limits: String?
    /// When an event counts as acknowledged.
    package var acknowledgement = Acknowledgement.auto(timeout: .seconds(2))
    /// How to treat an event whose child failed.
    package var failure = Failure.redeliver(maxDeliveries: 3)
    /// The protocol that children speak.
    package var dialect = DialectKind.events
    /// Whether a plain-text program sends a file by printing its URL. Any user may get it to print any URL, so this
    /// needs a directory that uploads are limited to.
    package var sendsPrintedFiles = false
    /// Whether a chat shows "typing" while its child is busy.
    package var showsTyping = false
    /// When a child gets its next event.
    package var pacing = Pacing.eager

    /// What acknowledges an event, besides an exit with status 0.
    package enum Acknowledgement: Equatable {
        /// The child read the next event, or ran on until the timeout.
        case auto(timeout: Duration)
        /// The child wrote `telegram.ack`. Up to `window` events are in flight.
        case event(window: Int)
        /// Only the exit: each child gets one event.
        case exit
    }

    package enum Failure: Equatable {
        /// Redeliver the event; after `maxDeliveries` deaths it becomes a dead letter.
        case redeliver(maxDeliveries: Int)
        /// Drop the event and those behind it, and start a new child for the next one at once. This suits `chat`: a
        /// person sees what happened and tries again.
        case dropEvents
        /// Drop all events of the scope. This suits `replay`: its log can be replayed again.
        case dropScope
    }

    package enum Pacing: Equatable {
        /// As soon as the child has room for it.
        case eager
        /// Once the child is known to wait for it, so that the same events always give the same calls, whatever the
        /// timing.
        ///
        /// - Parameter isFile: the events come from a file, so that the next one never takes long.
        case lockstep(isFile: Bool)
    }

    package init() {}

    /// The policy of a replay: children are neither ended when idle nor restarted after a failure.
    ///
    /// - Parameter isFile: the log is a file, not a pipe.
    package static func replay(isFile: Bool) -> ChildPolicy {
        var policy = ChildPolicy()
        policy.idleTimeout = nil
        policy.failure = .dropScope
        policy.pacing = .lockstep(isFile: isFile)
        return policy
    }

    var inFlightMode: InFlight.Mode {
        switch acknowledgement {
        case .auto:
            // A probe needs the first byte of the next line, which is always `{` in JSON but unknown in plain text.
            guard case .lockstep(let isFile) = pacing, dialect == .events else { return .oneByOne }
            return .lockstep(growing: isFile)
        case .event(let window): return .acknowledged(window: window)
        case .exit: return .single
        }
    }

    // MARK: consequences of the pacing

    private var isEager: Bool { pacing == .eager }

    /// Whether a message can interrupt a child. In lockstep the outcome would depend on timing.
    var interruptsChildren: Bool { isEager }
    /// Whether output is read as soon as an event is acknowledged; otherwise once the child is back, which is later.
    var readsOutputEarly: Bool { isEager }
    /// Whether a child that doesn't come back or acknowledge its event within `stopGrace` is ended.
    var detectsHangs: Bool { !isEager }
    /// Whether idle children are ended to make room for other scopes. In lockstep the calls would depend on timing.
    var evictsIdleChildren: Bool { isEager }
    /// Whether a shutdown hurries after `stopGrace`. A replay takes as long as its log needs.
    var limitsShutdown: Bool { isEager }
    /// Whether waiting events are kept in memory before the child has started.
    var queuesInMemory: Bool { !isEager }
    /// Whether to send the typing action; not in a replay, where no chat shows it.
    var sendsTyping: Bool { showsTyping && isEager }
    /// Whether an exit status other than 0 counts as a failure even while the child is being ended.
    var judgesLateExits: Bool { !isEager }
    /// Whether stdin is closed soon, so that a child flushes its buffer then.
    var endsInputSoon: Bool { !isEager }

    // MARK: consequences of the failure handling

    /// Whether an event is redelivered to another child after a failure.
    var redelivers: Bool {
        if case .redeliver = failure { true } else { false }
    }

    /// Whether scheduled events are delivered. A log that is replayed has no time of its own.
    var hasClock: Bool {
        if case .dropScope = failure { false } else { true }
    }

    /// How many children may die on an event; nil if the first death drops it.
    var maxDeliveries: Int? {
        if case .redeliver(let limit) = failure { limit } else { nil }
    }

    // MARK: limits

    /// The most events of a scope acknowledged between two commits of the journal.
    static let acknowledgedLimit = 16

    /// The most events of a scope that a child may have received while the journal still holds them. After a kill, this
    /// many are marked as redelivered.
    package var redeliveryWindow: Int {
        // Uncommitted acknowledgements, plus the events in flight to this child or the last one.
        if case .event(let window) = acknowledgement {
            Self.acknowledgedLimit + window
        } else {
            Self.acknowledgedLimit + 2
        }
    }

    /// A slower acknowledgement is logged: perhaps the bot's author forgot it.
    static let acknowledgementDue: Duration = .seconds(30)

    /// The minimum time without activity before an idle child may be ended to make room for another scope.
    static let quietBeforeEviction: Duration = .seconds(1)

    /// Above these limits of open calls and their bytes, the child's stdout isn't read, so the child blocks when it
    /// writes.
    static let maxOpenCalls = 32
    static let maxOpenBytes = 1 << 20
}
