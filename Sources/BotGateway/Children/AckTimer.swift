import DequeModule
import Reactor

/// Watches for how long children live on after they took an event: one timer for all of them, for they are
/// all given the same time.
@MainActor final class AckTimer {
    struct Watch {
        let key: Int64
        let updateID: Int64
        /// Which child of its scope it was.
        let generation: Int
        fileprivate let session: ChildSession
        fileprivate let end: Instant
    }

    private let loop: EventLoop
    private var watches: Deque<Watch> = []
    private var timer: Timer?
    /// With so many in memory, those that are acknowledged are looked for.
    private var most = least
    private static let least = 64

    /// How many are in memory: at most twice as many as are open, and a few.
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
        // Most are acknowledged by then: they wake nobody.
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
