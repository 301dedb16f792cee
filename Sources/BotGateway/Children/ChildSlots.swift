import DequeModule
import Reactor

/// The slots for running children, and the scopes that wait for one.
struct ChildSlots {
    private let limit: Int
    /// The number of running children.
    private(set) var count = 0
    private var waiting: Deque<ChildSession> = []
    private var hasSaidExhausted = false
    /// Checks for room again.
    private var check: Timer?

    init(limit: Int) { self.limit = limit }

    var waitingCount: Int { waiting.count }
    var isAwaited: Bool { !waiting.isEmpty }
    var isCheckDue: Bool { check != nil }

    mutating func wait(_ session: ChildSession) { waiting.append(session) }

    /// There was no room after all: the scope stays first in the queue.
    mutating func putBack(_ session: ChildSession) { waiting.prepend(session) }

    mutating func waitingAreDropped() { waiting = [] }

    /// Takes the next scope that may start a child; nil if none waits or no slot is free.
    mutating func next() -> ChildSession? { count < limit ? waiting.popFirst() : nil }

    mutating func started() { count += 1 }
    mutating func ended() { count -= 1 }

    /// Notes that the system has no room for more children.
    ///
    /// - Returns: true the first time.
    mutating func isFirstExhaustion() -> Bool {
        defer { hasSaidExhausted = true }
        return !hasSaidExhausted
    }

    mutating func setCheck(_ timer: Timer?) {
        check?.cancel()
        check = timer
    }

    mutating func checkCame() { check = nil }
}
