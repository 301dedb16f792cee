/// What a running child is given next: decided from what is known of it, carried out by its session.
enum NextStep: Equatable {
    case writeResults
    case giveEvents
    /// Nothing is left for it: it is told to go.
    case close(DisconnectReason)
    case wait

    /// What the decision depends on.
    struct Situation {
        /// The child has read all that was written.
        var isReady = true
        /// Another event fits into what may be in flight.
        var wantsEvent = true
        var hasResults = false
        /// How many events wait.
        var waiting = 0
        /// How many are given in one go.
        var blockSize = 1
        /// Events are in flight that the child must acknowledge in words or by its exit.
        var owesAcknowledgement = false
        var openCalls = 0
        /// There is room for the calls that another event would bring.
        var hasRoom = true
        /// It isn't known to be back from its last event, though it has read all.
        var isAwaitingReturn = false
        /// A new version of the program is there.
        var isOutdated = false
        var shutdown = Shutdown.none
        /// What waits is left to the journal.
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

    /// Its calls are answered, unless it couldn't hear the answers or there is no time left for them.
    fileprivate var mayClose: Bool {
        guard isReady, !hasResults, !isAwaitingReturn else { return false }
        return (openCalls == 0 && !owesAcknowledgement) || !hasRoom || isHurried
    }
}
