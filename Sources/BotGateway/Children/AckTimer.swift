import DequeModule
import Reactor

/// The ack timeouts of all children. They are all equally long, so one timer serves them.
@MainActor final class AckTimer {
    struct Watch {
        let key: Int64
        let updateID: Int64
        /// The number of the child within its scope.
        let generation: Int
        fileprivate let session: ChildSession
        fileprivate let end: Instant
    }

    private let loop: EventLoop
    private var watches: Deque<Watch> = []
    private var timer: Timer?
    /// Above this count, timeouts of events that are no longer in flight are removed.
    private var most = least
    private static let least = 64

    /// How many are in memory: at most twice the number that still matter, plus 64.
    var count: Int { watches.count }

    init(on loop: EventLoop) { self.loop = loop }

    isolated deinit { timer?.cancel() }

    func watch(_ session: ChildSession, _ generation: Int, _ event: IncomingEvent, after time: Duration) {
        watches.append(
            Watch(
                key: event.key, updateID: event.updateID, generation: generation, session: session,
                end: .current + time))
        if watches.count > most {
            watches.removeAll { !$0.session.isOpen($0) }
            most = max(Self.least, watches.count * 2)
        }
        if timer == nil { wait() }
    }

    private func wait() {
        // Most events are acknowledged by now and need no timer.
        while let next = watches.first, !next.session.isOpen(next) { watches.removeFirst() }
        guard let next = watches.first else { return watches = [] }
        timer = loop.after(next.end - .current) { [weak self] in self?.look() }
    }

    private func look() {
        timer = nil
        while let next = watches.first, next.end <= .current {
            watches.removeFirst()
            next.session.ackTimedOut(next)
        }
        wait()
    }
}
