import Reactor

/// Polls a child, at growing intervals, until it is idle or its time is up.
final class ActivityMonitor {
    private static let firstInterval: Duration = .milliseconds(2)
    private static let lastInterval: Duration = .milliseconds(25)

    /// Called for each poll.
    var onPoll: () -> Void = {}

    private let loop: EventLoop
    private var detector = IdleDetector(quiet: .zero, at: .current)
    private var deadline = Instant.current
    private var interval = Duration.zero
    private var timer: Timer?

    init(on loop: EventLoop) { self.loop = loop }

    /// Starts watching.
    ///
    /// - Parameters:
    ///   - quiet: the quiet time of `IdleDetector`.
    ///   - timeout: the time limit.
    func watch(quiet: Duration, timeout: Duration) {
        detector = IdleDetector(quiet: quiet, at: .current)
        extend(by: timeout)
        interval = Self.firstInterval
        pollSoon()
    }

    func extend(by timeout: Duration) { deadline = .current + timeout }

    /// The child wrote.
    func childWrote() { detector.sawActivity(at: .current) }

    /// The child was written to.
    func childWasGiven() {
        interval = Self.firstInterval
        detector.sawActivity(at: .current)
    }

    /// Schedules the next poll. Intervals are short at first, because most bots finish at once, and longer later,
    /// because polling costs CPU time.
    func pollSoon() {
        timer?.cancel()
        timer = loop.after(interval) { [weak self] in self?.onPoll() }
        interval = min(interval * 2, Self.lastInterval)
    }

    /// Stops polling, and runs an action later.
    func wait(_ duration: Duration, then action: @escaping () -> Void) {
        timer = loop.after(duration, action)
    }

    func stop() { timer?.cancel() }

    // MARK: observations

    func observe(_ process: ChildProcess) -> IdleDetector.State {
        let readsItself = process.isReadingInput == true
        let threads = readsItself ? [] : ProcessTree.threads(of: process.pid)
        let reads = readsItself || threads.contains { process.isReadingInput(by: $0.id) == true }
        return detector.observe(
            unread: process.unread, isRunning: threads.contains(where: \.isRunning), reads: reads,
            at: .current)
    }

    /// The time limit has passed.
    var isOverdue: Bool { Instant.current >= deadline }

    /// The time limit passed at least this long ago.
    func isOverdue(by duration: Duration) -> Bool { .current >= deadline + duration }

    var isBusy: Bool { detector.isBusy }
    var isStuck: Bool { detector.isStuck }
}
