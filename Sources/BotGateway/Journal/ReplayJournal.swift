import DequeModule
import JSON
import Reactor

/// The journal of a replay. It stores nothing on disk for a later run, because the log can be replayed again. Events
/// that don't fit into memory wait in a temporary file.
package final class ReplayJournal: Journal, EventOverflow {
    private struct PagedOut {
        let event: IncomingEvent
        let line: Spool.Piece
    }

    package let isDurable = false
    package let commits = 0
    package let nextCommit = 1
    package let isCertain = true
    package var onCommit: () -> Void = {}

    private let spool: Spool
    private var pagedOut: [Scope: Deque<PagedOut>] = [:]
    private var states: [Scope: JSON] = [:]
    private var wakes = WakeList()
    private var wakesTaken: Int64 = 0

    /// - Parameter spoolDirectory: where to put the temporary file.
    package init(spoolDirectory: String) { spool = Spool(directory: spoolDirectory) }

    /// No events wait on disk: all that wait are in memory.
    package var isEmpty: Bool { spool.isEmpty }

    package var overflow: (any EventOverflow)? { self }

    package func commitSoon() {}

    package func append(
        _ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void
    ) {
        stored(events)
    }

    package func acknowledge(_ event: IncomingEvent) {}
    package func requeue(_ event: IncomingEvent) {}
    package func deadLetter(_ event: IncomingEvent, because reason: String) {}

    package func pageOut(_ event: IncomingEvent) {
        var kept = event
        kept.line = []
        pagedOut[event.scope, default: []].append(PagedOut(event: kept, line: spool.put(event.line)))
    }

    package func pageIn(of scope: Scope, after key: Int64, count: Int, size: Int) -> [IncomingEvent] {
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

    package func drop(of scope: Scope) {
        for waiting in pagedOut.removeValue(forKey: scope) ?? [] { _ = spool.take(waiting.line) }
    }

    package func nextRecovered() -> [(scope: Scope, count: Int)]? { nil }
    package func recoveredCount(of scope: Scope) -> Int { 0 }

    package func add(_ call: Call, for scope: Scope) -> Int64 { 0 }
    package func remove(call key: Int64) {}

    package func state(of scope: Scope) -> JSON? { states[scope] }
    package func setState(_ state: JSON?, of scope: Scope) { states[scope] = state }

    package func schedule(_ wake: Wake) { wakes.add(wake) }
    package func forgetWakes(of scope: Scope) { wakes.forget(scope) }
    package func nextWake() -> Int64? { wakes.next }

    package func takeWakes(until now: Int64, then stored: @escaping ([IncomingEvent]) -> Void) {
        stored(
            wakes.take(until: now).map { wake in
                wakesTaken += 1
                return wake.event(key: wakesTaken)
            })
    }

    package func childStarted(_ scope: Scope, pid: Int32) {}
    package func childEnded(_ scope: Scope) {}
}
