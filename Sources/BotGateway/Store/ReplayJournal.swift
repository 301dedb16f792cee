import DequeModule
import JSON

/// Keeps nothing beyond the program's life: a recorded log is there to be replayed again.
public final class ReplayJournal: Journal {
    private struct PagedOut {
        let event: IncomingEvent
        let line: Spool.Piece
    }

    public let isDurable = false
    public let commits = 0
    public var onCommit: () -> Void = {}

    private let spool: Spool
    private var pagedOut: [Scope: Deque<PagedOut>] = [:]
    private var states: [Scope: JSON] = [:]

    /// - Parameter spoolDirectory: where events wait on disk that are too many for memory.
    public init(spoolDirectory: String) { spool = Spool(directory: spoolDirectory) }

    /// No events wait on disk: those in memory are few.
    public var isEmpty: Bool { spool.isEmpty }

    public func commitSoon() {}

    public func append(
        _ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void
    ) {
        stored(events)
    }

    public func acknowledge(_ event: IncomingEvent) {}
    public func requeue(_ event: IncomingEvent) {}
    public func deadLetter(_ event: IncomingEvent, because reason: String) {}

    public func pageOut(_ event: IncomingEvent) {
        var kept = event
        kept.line = []
        pagedOut[event.scope, default: []].append(PagedOut(event: kept, line: spool.put(event.line)))
    }

    public func pageIn(of scope: Scope, after key: Int64, count: Int, size: Int) -> [IncomingEvent] {
        var events: [IncomingEvent] = []
        var taken = 0
        while events.isEmpty || taken < size, let next = pagedOut[scope]?.popFirst() {
            guard let line = spool.take(next.line) else { continue }
            var event = next.event
            event.line = line
            events.append(event)
            taken += line.count
        }
        if pagedOut[scope]?.isEmpty == true { pagedOut[scope] = nil }
        return events
    }

    public func dropPagedOut(of scope: Scope) {
        for waiting in pagedOut.removeValue(forKey: scope) ?? [] { _ = spool.take(waiting.line) }
    }

    public func nextRecovered() -> [(scope: Scope, count: Int)]? { nil }
    public func recoveredCount(of scope: Scope) -> Int { 0 }

    public func add(_ call: Call, for scope: Scope) -> Int64 { 0 }
    public func remove(call key: Int64) {}

    public func state(of scope: Scope) -> JSON? { states[scope] }
    public func setState(_ state: JSON?, of scope: Scope) { states[scope] = state }

    public func childStarted(_ scope: Scope, pid: Int32) {}
    public func childEnded(_ scope: Scope) {}
}
