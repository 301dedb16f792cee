import DequeModule
import Reactor

/// Watches for how long children live on after they took an event: one timer for all of them, for they are
/// all given the same time.
@MainActor final class Vigil {
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

    init(on loop: EventLoop) { self.loop = loop }

    isolated deinit { timer?.cancel() }

    func watch(_ session: ChildSession, _ generation: Int, _ event: IncomingEvent, after time: Duration) {
        watches.append(
            Watch(
                key: event.key, updateID: event.updateID, generation: generation, session: session,
                end: .current + time))
        if timer == nil { wait() }
    }

    private func wait() {
        // Most are settled by then: they wake nobody.
        while let next = watches.first, !next.session.isOpen(next) { watches.removeFirst() }
        guard let next = watches.first else { return watches = [] }
        timer = loop.after(next.end - .current) { [weak self] in self?.look() }
    }

    private func look() {
        timer = nil
        while let next = watches.first, next.end <= .current {
            watches.removeFirst()
            next.session.livedOn(next)
        }
        wait()
    }
}
