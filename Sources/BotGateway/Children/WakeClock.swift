import Reactor

/// Delivers scheduled events when they are due.
///
/// Their times are those of the wall clock. It may be set, so it is read at least once a minute while an event is
/// scheduled.
@MainActor final class WakeClock {
    private static let longestWait: Duration = .seconds(60)
    private static let retryDelay: Duration = .seconds(1)

    /// Called with events that are due and stored.
    var onDue: ([IncomingEvent]) -> Void = { _ in }

    private let journal: any Journal
    private let loop: EventLoop
    private var isRunning = false
    /// When the next event is due; nil if none is known.
    private var next: Int64?
    private var timer: Timer?

    init(_ journal: any Journal, on loop: EventLoop) { (self.journal, self.loop) = (journal, loop) }

    isolated deinit { timer?.cancel() }

    func start() {
        isRunning = true
        look()
    }

    func stop() {
        isRunning = false
        timer?.cancel()
    }

    /// The journal has other scheduled events.
    func lookAgain() { look() }

    /// An event was scheduled for this time.
    func scheduled(at time: Int64) {
        if isRunning, next.map({ time < $0 }) ?? true { wait(until: time) }
    }

    /// Reads when the next event is due.
    private func look() {
        guard isRunning else { return }
        do throws(JournalReadError) {
            next = try journal.nextWake()
            if let next { wait(until: next) } else { timer?.cancel() }
        } catch {
            setTimer(Self.retryDelay)
        }
    }

    private func wait(until time: Int64) {
        next = time
        let left = Duration.milliseconds(time * 1000 - JournalMetadata.now)
        setTimer(min(max(left, .zero), Self.longestWait))
    }

    private func setTimer(_ delay: Duration) {
        timer?.cancel()
        timer = loop.after(delay) { [weak self] in self?.ring() }
    }

    private func ring() {
        do throws(JournalReadError) {
            try journal.takeWakes(until: JournalMetadata.now / 1000) { [weak self] events in
                guard let self else { return }
                onDue(events)
                look()
            }
        } catch {
            setTimer(Self.retryDelay)
        }
    }
}
