/// The next step for a running child. This decides; the session carries it out.
enum NextStep: Equatable {
    case writeResults
    case giveEvents
    /// Nothing is left for the child: end it.
    case close(DisconnectReason)
    case wait

    /// The facts that the decision depends on.
    struct Situation {
        /// The child has read everything that was written.
        var isReady = true
        /// The mode of delivery allows another event in flight.
        var wantsEvent = true
        var hasResults = false
        /// The number of waiting events.
        var waiting = 0
        /// The number of events to give in one go.
        var blockSize = 1
        /// Events are in flight that the child must acknowledge by `telegram.ack` or by its exit.
        var owesAcknowledgement = false
        var openCalls = 0
        /// There is room for the calls that another event would cause.
        var hasRoom = true
        /// The child has read everything, but isn't known to have finished its last event.
        var isAwaitingReturn = false
        /// The child runs an old version of the program.
        var isOutdated = false
        var shutdown = Shutdown.none
        /// Waiting events stay in the journal for the next start.
        var leavesEvents = false
    }

    init(in situation: Situation) {
        if situation.isReady, situation.hasResults {
            self = .writeResults
        } else if situation.mayGiveEvents {
            self = .giveEvents
        } else if let reason = situation.reasonToGo, situation.mayClose {
            self = .close(reason)
        } else {
            self = .wait
        }
    }
}

extension NextStep.Situation {
    private var isHurried: Bool { shutdown >= .hurrying }

    var mayGiveEvents: Bool {
        guard wantsEvent, waiting > 0, !isOutdated, !leavesEvents, !isAwaitingReturn else { return false }
        return (waiting >= blockSize || shutdown != .none) && (hasRoom || isHurried)
    }

    fileprivate var reasonToGo: DisconnectReason? {
        if isOutdated { return .reload }
        return shutdown != .none && (waiting == 0 || leavesEvents) ? .stop : nil
    }

    /// The child's calls are answered and its events acknowledged, or it can't be waited for: it doesn't read its
    /// results, or the shutdown hurries.
    fileprivate var mayClose: Bool {
        guard isReady, !hasResults, !isAwaitingReturn else { return false }
        return (openCalls == 0 && !owesAcknowledgement) || !hasRoom || isHurried
    }
}
