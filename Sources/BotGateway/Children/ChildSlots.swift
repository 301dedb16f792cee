import DequeModule
import Reactor

/// How many children live, and the scopes that wait for one of the places.
struct ChildSlots {
    private let limit: Int
    /// How many children live.
    private(set) var count = 0
    private var waiting: Deque<ChildSession> = []
    private var hasSaidExhausted = false
    /// When to look for room again.
    private var check: Timer?

    init(limit: Int) { self.limit = limit }

    var waitingCount: Int { waiting.count }
    var isAwaited: Bool { !waiting.isEmpty }
    var isCheckDue: Bool { check != nil }

    mutating func wait(_ session: ChildSession) { waiting.append(session) }

    /// There was no room for it after all: it stays the first in the row.
    mutating func putBack(_ session: ChildSession) { waiting.prepend(session) }

    mutating func waitingAreDropped() { waiting = [] }

    /// The next scope that may start a child; nil where none waits or there is no place.
    mutating func next() -> ChildSession? { count < limit ? waiting.popFirst() : nil }

    mutating func started() { count += 1 }
    mutating func ended() { count -= 1 }

    /// The system has no room for more children.
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
