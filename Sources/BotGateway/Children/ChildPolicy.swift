import Reactor

/// How children are run: what the options of a command ask for.
package struct ChildPolicy {
    /// A child with nothing to do for this long is ended; nil for never.
    package var idleTimeout: Duration? = .seconds(15 * 60)
    /// How long a child may take to end once its stdin is closed, before SIGTERM.
    package var stopGrace: Duration = .seconds(10)
    /// How long it may take after that, before SIGKILL.
    package var killGrace: Duration = .seconds(5)
    /// How many children live at the same time.
    package var maxChildren = 1000
    /// The longest line that a child may print, in bytes.
    package var maxLine = 1 << 20
    /// When an event counts as acknowledged.
    package var acknowledgement = Acknowledgement.auto(timeout: .seconds(2))
    /// What becomes of an event whose child failed.
    package var failure = Failure.redeliver(maxDeliveries: 3)
    /// How children are spoken to.
    package var dialect = DialectKind.events
    /// Whether the chat is shown that its child is at work.
    package var showsTyping = false
    /// What decides when a child gets its next event.
    package var pacing = Pacing.eager

    /// What acknowledges an event, beside its child's exit with status 0.
    package enum Acknowledgement: Equatable {
        /// Its child read it and came back for more, or lived on for the timeout.
        case auto(timeout: Duration)
        /// Its child wrote `telegram.ack`. Up to `window` events are in flight.
        case event(window: Int)
        /// Nothing else: one event for each child.
        case exit
    }

    package enum Failure: Equatable {
        /// The event is redelivered, and a dead letter once as many children died on it.
        case redeliver(maxDeliveries: Int)
        /// The event and those behind it are dropped, and the next one starts a child at once: a person at a
        /// terminal sees what happened and tries again.
        case dropEvents
        /// The whole scope is given up: its log can be replayed again.
        case dropScope
    }

    package enum Pacing: Equatable {
        /// As soon as the child has room for it.
        case eager
        /// Once the child is back for it, so that the same events give the same calls, however fast anyone is.
        ///
        /// - Parameter isFile: the events come from a file, so that the next one is never long in coming.
        case lockstep(isFile: Bool)
    }

    package init() {}

    /// For a log that is replayed: children are neither reaped nor started again after a failure.
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
        // Nobody knows what the next line of a program that reads plain text will begin with.
        if case .lockstep(let isFile) = pacing, dialect == .events { return .lockstep(growing: isFile) }
        return switch acknowledgement {
        case .auto: .oneByOne
        case .event(let window): .acknowledged(window: window)
        case .exit: .single
        }
    }

    // MARK: what follows from the pacing

    private var isEager: Bool { pacing == .eager }

    /// Output is read as soon as an event is acknowledged; otherwise once its child is back, which comes later.
    var readsOutputEarly: Bool { isEager }
    /// A child that doesn't come back within `stopGrace` is ended.
    var detectsHangs: Bool { !isEager }
    /// Idle children make room for other scopes. In lockstep that would make the calls depend on timing.
    var evictsIdleChildren: Bool { isEager }
    /// A shutdown hurries after `stopGrace`. A replay takes as long as its log takes.
    var limitsShutdown: Bool { isEager }
    /// Waiting events are kept in memory although no child has started yet.
    var queuesInMemory: Bool { !isEager }
    /// A child may be at work for long, and the chat is to see it.
    var sendsTyping: Bool { showsTyping && isEager }
    /// A status other than 0 is a failure also after the child was told to go.
    var judgesLateExits: Bool { !isEager }
    /// The end of stdin comes soon and brings out what a child has buffered.
    var endsInputSoon: Bool { !isEager }

    // MARK: what follows from the way of failing

    /// A failed event is given to another child.
    var redelivers: Bool {
        if case .redeliver = failure { true } else { false }
    }

    /// How many children may die on an event; nil when one is enough to drop it.
    var maxDeliveries: Int? {
        if case .redeliver(let limit) = failure { limit } else { nil }
    }

    // MARK: bounds

    /// How many events of a scope may be acknowledged before the journal is committed.
    static let acknowledgedLimit = 16

    /// How many events of a scope may have been given to a child while the journal still holds them: this many
    /// are marked as redelivered after a kill.
    package var redeliveryWindow: Int {
        // Beside those: what is in flight to a child, or was to another one.
        if case .event(let window) = acknowledgement {
            Self.acknowledgedLimit + window
        } else {
            Self.acknowledgedLimit + 2
        }
    }

    /// A child that takes longer to acknowledge is worth a log line: perhaps its author forgot to.
    static let acknowledgementDue: Duration = .seconds(30)

    /// An idle child makes room for another scope only when it was quiet for this long.
    static let quietBeforeEviction: Duration = .seconds(1)

    /// A child with more open calls, or more bytes of them, waits in its own write.
    static let maxOpenCalls = 32
    static let maxOpenBytes = 1 << 20
}
