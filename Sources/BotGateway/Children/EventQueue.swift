import DequeModule

/// The events that wait for one scope's child, in order.
///
/// Memory holds the first of them, up to a limit; the others wait in the journal or its overflow.
struct EventQueue {
    /// The most bytes of lines that a scope keeps in memory; a single longer line is kept as well.
    static let memoryLimit = 64 << 10

    private var front: Deque<IncomingEvent> = []
    private var bytes = 0
    private var pagedOut: Int
    /// The key of the last event that was in memory: later ones are read from the journal.
    private var lastKey: Int64 = 0

    /// - Parameter pagedOut: how many events of the scope the journal holds from an earlier run.
    init(pagedOut: Int = 0) { self.pagedOut = pagedOut }

    var count: Int { front.count + pagedOut }
    var isEmpty: Bool { front.isEmpty && pagedOut == 0 }

    /// - Parameter inMemory: the event will be needed soon, so keep it in memory if there is room.
    mutating func append(_ event: IncomingEvent, inMemory: Bool, journal: any Journal) {
        if pagedOut == 0, inMemory, bytes == 0 || bytes + event.line.count <= Self.memoryLimit {
            front.append(event)
            bytes += event.line.count
        } else {
            if pagedOut == 0 { lastKey = event.key - 1 }
            journal.overflow?.pageOut(event)
            pagedOut += 1
        }
    }

    /// The next event, which stays in the queue; nil if there is none. Fails if the journal can't be read now.
    mutating func first(_ journal: any Journal, scope: Scope) throws(JournalReadError) -> IncomingEvent? {
        try refill(journal, scope)
        return front.first
    }

    mutating func popFirst(_ journal: any Journal, scope: Scope) throws(JournalReadError) -> IncomingEvent? {
        guard let event = try first(journal, scope: scope) else { return nil }
        bytes -= event.line.count
        front.removeFirst()
        // There may be many idle scopes, so an empty queue keeps no storage.
        if front.isEmpty { front = [] }
        return event
    }

    private mutating func refill(_ journal: any Journal, _ scope: Scope) throws(JournalReadError) {
        guard pagedOut > 0, front.isEmpty || bytes < Self.memoryLimit / 2 else { return }
        let events: [IncomingEvent]
        do throws(JournalReadError) {
            let room = max(1, Self.memoryLimit - bytes)
            events = try journal.pageIn(of: scope, after: lastKey, count: pagedOut, size: room)
        } catch {
            // Events in memory can be delivered first.
            if front.isEmpty { throw error }
            return
        }
        // The journal counted events that it can't find now. Don't wait for them.
        pagedOut = events.isEmpty ? 0 : max(0, pagedOut - events.count)
        for event in events {
            front.append(event)
            bytes += event.line.count
        }
        lastKey = events.last?.key ?? lastKey
    }

    /// Puts unacknowledged events of a child back to the front.
    mutating func putBack(_ events: [IncomingEvent]) {
        front.prepend(contentsOf: events)
        bytes += events.reduce(0) { $0 + $1.line.count }
    }
}
