import Reactor

/// Decides whether a bot is done with what it was given, from what is seen of it again and again.
struct IdleDetector {
    enum State: Equatable {
        case working
        /// It waits in a read of its stdin: what it hasn't said by now it keeps.
        case reading
        /// It has read all, and nothing moves; it may wait for its stdin in another way, or for somebody else.
        case quiet
    }

    /// Where it isn't seen to read, so long without activity is enough.
    private let quiet: Duration
    private var lastActivity: Instant
    private var readsSeen = 0
    private var restsSeen = 0
    /// How often in a row it was seen to run, or to sleep with something unread.
    private var running = 0
    private var asleep = 0

    init(quiet: Duration, at now: Instant) { (self.quiet, lastActivity) = (quiet, now) }

    /// It wrote, or was written to.
    mutating func sawActivity(at now: Instant) {
        lastActivity = now
        (readsSeen, restsSeen) = (0, 0)
        // What it did before it wrote was work.
        (running, asleep) = (0, 0)
    }

    /// - Parameters:
    ///   - unread: how many bytes of its stdin it hasn't read.
    ///   - isRunning: one of its threads is on a processor or wants one.
    ///   - reads: one of them waits in a read of its stdin; the others sleep.
    mutating func observe(unread: Int, isRunning: Bool, reads: Bool, at now: Instant) -> State {
        running = isRunning ? running + 1 : 0
        asleep = !isRunning && unread > 0 ? asleep + 1 : 0
        guard unread == 0, !isRunning else {
            lastActivity = now
            (readsSeen, restsSeen) = (0, 0)
            return .working
        }
        readsSeen = reads ? readsSeen + 1 : 0
        // Between two looks what it wrote before has arrived.
        if readsSeen > 1 { return .reading }
        restsSeen += 1
        // One look may fall between two of its commands.
        return !reads && now - lastActivity >= quiet && restsSeen >= Self.minRests ? .quiet : .working
    }

    private static let minRests = 4

    /// So many looks in a row are no chance, on a machine that has much else to do either.
    private static let minObservations = 10

    /// It hasn't rested since it last moved.
    var isBusy: Bool { running >= Self.minObservations }

    /// It has something to read, sleeps, and was seen to do nothing else for a while.
    var isStuck: Bool { asleep >= Self.minObservations }
}
