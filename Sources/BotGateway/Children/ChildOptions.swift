import Reactor

/// How children are run.
package struct ChildOptions {
    /// A child with nothing to do for so long is ended; nil for never.
    package var idleTimeout: Duration? = .seconds(15 * 60)
    /// How long a child may take to end once its stdin is closed, before it is sent SIGTERM.
    package var stopGrace: Duration = .seconds(10)
    /// How long it may take after that, before it is sent SIGKILL.
    package var killGrace: Duration = .seconds(5)
    /// How many children live at the same time.
    package var maxChildren = 1000
    /// How long a line of a child may be, in bytes.
    package var maxLine = 1 << 20
    /// When an event is dealt with.
    package var acknowledgement = Acknowledgement.auto(timeout: .seconds(2))
    /// An event on which so many children died is given up.
    package var maxDeliveries = 3
    /// Children speak plain text: messages in, messages out, and no events.
    package var isPlain = false
    /// The chat is shown that its child is at work.
    package var showsTyping = false
    /// What a child that failed was given is given up, with what waits behind it, and the next event starts another
    /// one at once: somebody sits before it, who sees what happened and tries again.
    package var givesUpAfterFailure = false
    /// What is done for the sake of the same calls every time.
    package var replays: Replay?

    /// What makes an event dealt with, beside its child's exit with status 0.
    package enum Acknowledgement: Equatable {
        /// Its child took it and came back for more, or lived on for so long.
        case auto(timeout: Duration)
        /// Its child said so; so many may be on their way.
        case event(window: Int)
        /// Nothing else: a child for each event.
        case exit
    }

    /// A recorded log is replayed: its children are neither reaped nor started again after a failure.
    package struct Replay {
        /// The log is a file, so that its next update is never long in coming.
        package var isFile: Bool

        package init(isFile: Bool) { self.isFile = isFile }
    }

    package init() {}

    var deliveryMode: InFlight.Mode {
        // Nobody can tell what a plain program's next line will begin with.
        if let replays, !isPlain { return .lockstep(growing: replays.isFile) }
        return switch acknowledgement {
        case .auto: .oneByOne
        case .event(let window): .acknowledged(window: window)
        case .exit: .single
        }
    }

    /// An event isn't given again.
    var givesUp: Bool { givesUpAfterFailure || replays != nil }

    /// So many events of a scope may be dealt with before the journal is committed.
    static let acknowledgedLimit = 16

    /// How many events of a scope may have been given to a child while the journal still holds them: after
    /// a kill so many are marked as redelivered.
    package var redeliveryWindow: Int {
        // Beside those: what a child has in hand, or another one had.
        if case .event(let window) = acknowledgement {
            Self.acknowledgedLimit + window
        } else {
            Self.acknowledgedLimit + 2
        }
    }

    /// A child that took so long to acknowledge is worth a word: perhaps nobody told it to.
    static let acknowledgementDue: Duration = .seconds(30)

    /// An idle child is asked to make room for another scope only when it was quiet for so long.
    static let quietBeforeEviction: Duration = .seconds(1)

    /// A child that has so many calls, or bytes of them, on their way waits in its own write for room.
    static let maxOpenCalls = 32
    static let maxOpenBytes = 1 << 20
}
