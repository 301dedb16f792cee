import Reactor

/// Decides whether a bot is done with what it was given, from what is seen of it again and again.
struct Settling {
    enum State: Equatable {
        case working
        /// It waits in a read of its stdin: what it hasn't said by now it keeps.
        case reading
        /// It has read all, and nothing moves; it may wait for its stdin in another way, or for somebody else.
        case quiet
    }

    /// Where nobody sees it read, so long without a sign of life is enough.
    private let quiet: Duration
    private var lastSign: Instant
    private var readsSeen = 0
    private var looks = 0
    private var running = 0

    init(quiet: Duration, at now: Instant) { (self.quiet, lastSign) = (quiet, now) }

    /// It wrote, or was written to.
    mutating func moved(at now: Instant) {
        lastSign = now
        readsSeen = 0
        // What it did before it wrote was work.
        (looks, running) = (0, 0)
    }

    /// - Parameters:
    ///   - untaken: how many bytes of its stdin it hasn't read.
    ///   - isRunning: one of its threads is on a processor or wants one.
    ///   - reads: one of them waits in a read of its stdin; the others sleep.
    mutating func look(untaken: Int, isRunning: Bool, reads: Bool, at now: Instant) -> State {
        looks += 1
        if isRunning { running += 1 }
        guard untaken == 0, !isRunning else {
            lastSign = now
            readsSeen = 0
            return .working
        }
        readsSeen = reads ? readsSeen + 1 : 0
        // Between two looks what it wrote before has arrived.
        if readsSeen > 1 { return .reading }
        return !reads && now - lastSign >= quiet ? .quiet : .working
    }

    /// It hasn't rested since it last moved.
    var isBusy: Bool { looks >= 5 && running * 10 >= looks * 9 }
}
