import DequeModule

/// The events that wait for one scope's child, in their order.
///
/// Memory holds the first of them, up to a limit; the rest waits in the overflow.
struct EventQueue {
    /// How many bytes of lines a scope keeps in memory; a single longer one is kept as well.
    static let memoryLimit = 64 << 10

    private var front: Deque<IncomingEvent> = []
    private var bytes = 0
    private var overflow: Deque<Waiting> = []

    private struct Waiting {
        let updateID: Int64
        let logLine: Int
        let line: Spool.Piece
    }

    var count: Int { front.count + overflow.count }
    var isEmpty: Bool { front.isEmpty && overflow.isEmpty }

    mutating func append(_ event: IncomingEvent, spool: Spool) {
        if overflow.isEmpty, bytes == 0 || bytes + event.line.count <= Self.memoryLimit {
            front.append(event)
            bytes += event.line.count
        } else {
            let line = spool.put(event.line)
            overflow.append(Waiting(updateID: event.updateID, logLine: event.logLine, line: line))
        }
    }

    /// The next event, which stays in the queue.
    mutating func first(_ spool: Spool, scope: Scope) -> IncomingEvent? {
        while front.isEmpty || bytes < Self.memoryLimit / 2, let waiting = overflow.popFirst() {
            guard let line = spool.take(waiting.line) else { continue }
            bytes += line.count
            front.append(
                IncomingEvent(
                    updateID: waiting.updateID, scope: scope, line: line, logLine: waiting.logLine))
        }
        return front.first
    }

    mutating func popFirst(_ spool: Spool, scope: Scope) -> IncomingEvent? {
        guard let event = first(spool, scope: scope) else { return nil }
        bytes -= event.line.count
        front.removeFirst()
        // A thousand idle scopes keep no storage for what they don't hold.
        if front.isEmpty { front = [] }
        if overflow.isEmpty { overflow = [] }
        return event
    }

    /// Puts events back that a child was given and didn't take; they are the next ones again.
    mutating func putBack(_ events: [IncomingEvent]) {
        front.prepend(contentsOf: events)
        bytes += events.reduce(0) { $0 + $1.line.count }
    }

    mutating func removeAll(_ spool: Spool) {
        for waiting in overflow { _ = spool.take(waiting.line) }
        self = EventQueue()
    }
}
