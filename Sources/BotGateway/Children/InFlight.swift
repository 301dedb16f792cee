import DequeModule

/// The events in flight to a child: given and not acknowledged. Decides when the child gets the next one, and which
/// events it acknowledges by reading.
///
/// Every byte written is counted: the pipe tells when the child has read everything, and at its end how much it left
/// unread.
struct InFlight {
    enum Mode: Equatable {
        /// One unread event at a time. An event is acknowledged when the child has read the next one.
        case oneByOne
        /// Up to `window` events. The child acknowledges them with `telegram.ack`.
        case acknowledged(window: Int)
        /// One event per child, then the end of stdin.
        case single
        /// The next event once the child is back: it has finished the last one and read the results of its calls. Then
        /// the same events always give the same calls, whatever the timing.
        ///
        /// A child is known to be back when it reads the first `{` of a line whose rest isn't decided yet. A child that
        /// never asks for results is given growing batches of events, for speed; not if `growing` is false, because the
        /// next event may take long to arrive.
        case lockstep(growing: Bool)

        var isLockstep: Bool {
            if case .lockstep = self { true } else { false }
        }
    }

    private enum State {
        case ready, written, probing
    }

    private struct Entry {
        let event: IncomingEvent
        /// The range of its line in all bytes written.
        let start: Int
        let end: Int
    }

    /// The events of a child that ended.
    struct Unacknowledged {
        var acknowledged: [IncomingEvent] = []
        /// To be redelivered, in order; marked if the child may have read them.
        var events: [IncomingEvent] = []
        /// The child had begun to read the first of `events`.
        fileprivate(set) var wasAtWork = false
        /// It read at least one event to its end.
        fileprivate(set) var hasReadEvent = false

        /// A child that was stopped before it read its first event won't get that again.
        mutating func dropUnread(upTo key: Int64) {
            guard !hasReadEvent, let first = events.first, first.key <= key else { return }
            acknowledged.append(events.removeFirst())
        }

        /// The event at which it ended; nil if it has read all its events and nothing of a later one.
        var last: IncomingEvent? { wasAtWork || !hasReadEvent ? events.first : acknowledged.last }
    }

    let mode: Mode
    private var state = State.ready
    /// The events in flight, in order.
    private var entries: Deque<Entry> = []
    private var writtenUpTo = 0
    /// The number of bytes that the child has read.
    private var readUpTo = 0
    /// The `{` that begins the next line is already written.
    private var isLineOpen = false
    private var quietBlocks = 0
    /// The child has read an event to its end.
    private(set) var hasReadEvent = false

    init(mode: Mode) { self.mode = mode }

    /// The child has read everything that was written, so it can be given results or the disconnect line.
    var isReady: Bool { state == .ready }

    /// The child is known to have finished its events: it came back, or the ack timeout passed.
    var isKnownToBeBack: Bool {
        if case .lockstep = mode { isReady } else { isReady && entries.isEmpty }
    }

    /// The child can be given another event.
    var wantsEvent: Bool {
        switch mode {
        case .oneByOne, .lockstep: state == .ready
        case .acknowledged(let window): entries.count < window
        case .single: writtenUpTo == 0
        }
    }

    /// How many events to give in one go.
    var blockSize: Int {
        guard mode == .lockstep(growing: true), quietBlocks >= 8 else { return 1 }
        return 1 << min(quietBlocks - 7, 6)
    }

    /// The child hasn't read all events that it was given.
    var hasUnreadEvent: Bool { entries.last.map { $0.end > readUpTo } ?? false }

    var count: Int { entries.count }

    /// The last event in flight, whether or not the child has read it.
    var newest: IncomingEvent? { entries.last?.event }

    /// The first event in flight, if the child has read it.
    var current: IncomingEvent? { entries.first.flatMap { $0.end <= readUpTo ? $0.event : nil } }

    /// The last event in flight.
    var last: IncomingEvent? { entries.last?.event }

    /// The number of events in the last write.
    private(set) var given = 0

    /// Returns the bytes to write for lines that aren't events: results, or the disconnect line.
    mutating func write(_ lines: [UInt8]) -> [UInt8] {
        given = 0
        quietBlocks = 0
        return written(lines)
    }

    /// Returns the bytes to write for events.
    ///
    /// - Parameters:
    ///   - opening: the scope line, before a child's first event.
    ///   - text: returns the lines that the child reads for an event.
    mutating func write(
        _ events: [IncomingEvent], opening: [UInt8] = [], as text: (IncomingEvent) -> [UInt8] = \.lineForChild
    ) -> [UInt8] {
        var bytes = opening
        let base = writtenUpTo - (isLineOpen ? 1 : 0)
        for event in events {
            let start = base + bytes.count
            bytes += text(event)
            entries.append(Entry(event: event, start: start, end: base + bytes.count))
        }
        given = events.count
        quietBlocks += 1
        return written(bytes)
    }

    private mutating func written(_ bytes: [UInt8]) -> [UInt8] {
        let rest = isLineOpen ? Array(bytes.dropFirst()) : bytes
        isLineOpen = false
        state = .written
        writtenUpTo += rest.count
        return rest
    }

    /// The child has read everything that was written.
    ///
    /// - Returns: the events that this acknowledges, and whether to write a probe that shows when the child is back.
    mutating func readAll() -> (acknowledged: [IncomingEvent], isProbeDue: Bool) {
        readUpTo = writtenUpTo
        let isProbeDue = state == .written && mode.isLockstep
        state = .ready
        hasReadEvent = hasReadEvent || !entries.isEmpty
        switch mode {
        case .oneByOne: return (acknowledge(entries.count - 1), isProbeDue)
        case .lockstep: return (acknowledge(entries.count), isProbeDue)
        case .acknowledged, .single: return ([], isProbeDue)
        }
    }

    /// The child acknowledged this event, and all earlier ones unless it is alone. Returns nil if no such event is in
    /// flight.
    mutating func acknowledge(_ updateID: Int64, isAlone: Bool) -> [IncomingEvent]? {
        guard let index = entries.firstIndex(where: { $0.event.updateID == updateID }) else { return nil }
        hasReadEvent = true
        return isAlone && index > 0 ? [entries.remove(at: index).event] : acknowledge(index + 1)
    }

    /// The ack timeout of this event passed and the child is still running.
    mutating func ackTimedOut(after key: Int64) -> [IncomingEvent] {
        current?.key == key ? acknowledge(1) : []
    }

    private mutating func acknowledge(_ count: Int) -> [IncomingEvent] {
        guard count > 0 else { return [] }
        let events = entries.prefix(count).map(\.event)
        entries.removeFirst(count)
        // There may be many idle children, so an empty list keeps no storage.
        if entries.isEmpty { entries = [] }
        return events
    }

    /// Returns a probe: the first byte of the next line, which is the same for all lines. A child that reads it is
    /// back.
    mutating func probe() -> [UInt8] {
        state = .probing
        isLineOpen = true
        writtenUpTo += 1
        return [UInt8(ascii: "{")]
    }

    /// The child ended.
    ///
    /// - Parameters:
    ///   - unread: how many of the written bytes it left unread.
    ///   - succeeded: it exited with 0, which acknowledges the events it read.
    mutating func ended(unread: Int, succeeded: Bool) -> Unacknowledged {
        defer { self = InFlight(mode: mode) }
        readUpTo = writtenUpTo - unread
        let whole = entries.prefix { $0.end <= readUpTo }.count
        let hasBegunNext = entries.count > whole && entries[whole].start < readUpTo
        var unacknowledged = Unacknowledged()
        unacknowledged.hasReadEvent = hasReadEvent || whole > 0
        if succeeded || mode.isLockstep {
            unacknowledged.acknowledged = acknowledge(whole)
        } else if mode == .oneByOne {
            unacknowledged.acknowledged = acknowledge(hasBegunNext ? whole : whole - 1)
        }
        unacknowledged.events = entries.map { given in
            var event = given.event
            if given.start < readUpTo { event.isRedelivered = true }
            return event
        }
        unacknowledged.wasAtWork = entries.first.map { $0.start < readUpTo } ?? false
        return unacknowledged
    }
}
