import Reactor

/// Decides from repeated observations whether a bot has processed its input.
struct IdleDetector {
    enum State: Equatable {
        case working
        /// It blocks in a read of stdin: output that hasn't come by now is buffered.
        case reading
        /// It has read everything and shows no activity; it may wait for stdin in another way, or for another process.
        case quiet
    }

    /// How long a bot must be inactive to count as idle if it isn't seen reading stdin.
    private let quiet: Duration
    private var lastActivity: Instant
    private var readsSeen = 0
    private var restsSeen = 0
    /// Consecutive observations of it running, or sleeping with unread input.
    private var running = 0
    private var asleep = 0

    init(quiet: Duration, at now: Instant) { (self.quiet, lastActivity) = (quiet, now) }

    /// Records that the bot wrote or was written to.
    mutating func sawActivity(at now: Instant) {
        lastActivity = now
        (readsSeen, restsSeen) = (0, 0)
        // It made progress, so it was neither busy-waiting nor stuck.
        (running, asleep) = (0, 0)
    }

    /// - Parameters:
    ///   - unread: the number of unread bytes in its stdin.
    ///   - isRunning: whether one of its threads runs or is runnable.
    ///   - reads: whether a thread blocks in a read of stdin while the others sleep.
    mutating func observe(unread: Int, isRunning: Bool, reads: Bool, at now: Instant) -> State {
        running = isRunning ? running + 1 : 0
        asleep = !isRunning && unread > 0 ? asleep + 1 : 0
        guard unread == 0, !isRunning else {
            lastActivity = now
            (readsSeen, restsSeen) = (0, 0)
            return .working
        }
        readsSeen = reads ? readsSeen + 1 : 0
        // By the second observation, earlier output has arrived.
        if readsSeen > 1 { return .reading }
        restsSeen += 1
        // A single observation may fall between two commands of a script.
        return !reads && now - lastActivity >= quiet && restsSeen >= Self.minRests ? .quiet : .working
    }

    private static let minRests = 4

    /// Enough consecutive observations to be sure even on a busy machine.
    private static let minObservations = 10

    /// It has been running without a pause since its last activity.
    var isBusy: Bool { running >= Self.minObservations }

    /// It has slept with unread input for a while.
    var isStuck: Bool { asleep >= Self.minObservations }
}
