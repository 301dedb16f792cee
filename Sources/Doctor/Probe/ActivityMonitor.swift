import Reactor

/// Looks at a child again and again, sooner at first, until it is idle or its time is up.
final class ActivityMonitor {
    private static let firstInterval: Duration = .milliseconds(2)
    private static let lastInterval: Duration = .milliseconds(25)

    /// Looks once.
    var onPoll: () -> Void = {}

    private let loop: EventLoop
    private var detector = IdleDetector(quiet: .zero, at: .current)
    private var deadline = Instant.current
    private var interval = Duration.zero
    private var timer: Timer?

    init(on loop: EventLoop) { self.loop = loop }

    /// Starts anew, and looks soon.
    ///
    /// - Parameters:
    ///   - quiet: as `IdleDetector` takes it.
    ///   - timeout: after so long the time is up.
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

    /// Sooner at first: most are done at once, and to look costs something too.
    func pollSoon() {
        timer?.cancel()
        timer = loop.after(interval) { [weak self] in self?.onPoll() }
        interval = min(interval * 2, Self.lastInterval)
    }

    /// Looks no more, and does something else after a while.
    func wait(_ duration: Duration, then action: @escaping () -> Void) {
        timer = loop.after(duration, action)
    }

    func stop() { timer?.cancel() }

    // MARK: what is seen

    func observe(_ process: ChildProcess) -> IdleDetector.State {
        let readsItself = process.isReadingInput == true
        let threads = readsItself ? [] : ProcessTree.threads(of: process.pid)
        let reads = readsItself || threads.contains { process.isReadingInput(by: $0.id) == true }
        return detector.observe(
            unread: process.unread, isRunning: threads.contains(where: \.isRunning), reads: reads,
            at: .current)
    }

    /// Its time is up.
    var isOverdue: Bool { Instant.current >= deadline }

    /// And it was up for so long.
    func isOverdue(by duration: Duration) -> Bool { .current >= deadline + duration }

    var isBusy: Bool { detector.isBusy }
    var isStuck: Bool { detector.isStuck }
}
