import DequeModule

/// The events that a child was given and that aren't acknowledged: decides when it gets the next one, and which
/// events are acknowledged by what it reads.
///
/// What is written is followed to the byte: the pipe tells when the child has read all of it, and at its
/// end how much it left.
struct InFlight {
    enum Mode: Equatable {
        /// An event at a time, the next one as soon as it was read. Acknowledged when a later one was read.
        case oneByOne
        /// Up to `window` at a time; acknowledged when the child says so.
        case acknowledged(window: Int)
        /// One for each child, and then the end of its input.
        case single
        /// The next one when the child is back for it, and the results of what it called before that:
        /// then the same events give the same calls, however fast anyone is.
        ///
        /// A child is known to be back when it reads the first `{` of a line whose rest isn't decided
        /// yet. To be quick, a child that never asks for a result is given more and more events in one
        /// go; not with `growing` false, where the next event may be long in coming.
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
        /// Where its line is among all the bytes that were written.
        let start: Int
        let end: Int
    }

    /// What a child that ended leaves behind.
    struct Unacknowledged {
        var acknowledged: [IncomingEvent] = []
        /// To be redelivered, in order; marked if the child may have seen them.
        var events: [IncomingEvent] = []
        /// The child had begun to read the first of `events`.
        fileprivate(set) var wasAtWork = false
        /// It read at least one event to its end.
        fileprivate(set) var hasReadEvent = false
    }

    let mode: Mode
    private var state = State.ready
    /// Given and not acknowledged, in order.
    private var entries: Deque<Entry> = []
    private var writtenUpTo = 0
    /// The child has read up to here.
    private var readUpTo = 0
    /// The `{` that begins every line is already written.
    private var isLineOpen = false
    private var quietBlocks = 0
    /// The child has read an event to its end.
    private(set) var hasReadEvent = false

    init(mode: Mode) { self.mode = mode }

    /// The child has read all that was written: it can be given results, or the last line.
    var isReady: Bool { state == .ready }

    /// The child came back for more after what it was given, or its ack timeout passed.
    var isKnownToBeBack: Bool {
        if case .lockstep = mode { isReady } else { isReady && entries.isEmpty }
    }

    /// It can be given another event.
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

    /// An event was given and isn't read yet.
    var hasUnreadEvent: Bool { entries.last.map { $0.end > readUpTo } ?? false }

    /// How many events are in flight.
    var count: Int { entries.count }

    /// The first of them, if the child has read it.
    var current: IncomingEvent? { entries.first.flatMap { $0.end <= readUpTo ? $0.event : nil } }

    /// How many events were given last in one go.
    private(set) var given = 0

    /// Lines that aren't events: results, or the last line.
    mutating func write(_ lines: [UInt8]) -> [UInt8] {
        given = 0
        quietBlocks = 0
        return written(lines)
    }

    /// - Parameters:
    ///   - opening: the scope line, before a child's first event.
    ///   - text: what the child reads of an event.
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

    /// The child read all that was written.
    ///
    /// - Returns: the events that are acknowledged by that, and whether a probe is due that shows when it is back.
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

    /// The child acknowledged this event, and so all before it. Nil when no such event is in flight.
    mutating func acknowledge(_ updateID: Int64) -> [IncomingEvent]? {
        guard let index = entries.firstIndex(where: { $0.event.updateID == updateID }) else { return nil }
        hasReadEvent = true
        return acknowledge(index + 1)
    }

    /// The child lived on for the ack timeout after it had read this event.
    mutating func ackTimedOut(after key: Int64) -> [IncomingEvent] {
        current?.key == key ? acknowledge(1) : []
    }

    private mutating func acknowledge(_ count: Int) -> [IncomingEvent] {
        guard count > 0 else { return [] }
        let events = entries.prefix(count).map(\.event)
        entries.removeFirst(count)
        // Idle children are many: nothing in flight keeps no storage.
        if entries.isEmpty { entries = [] }
        return events
    }

    /// The beginning of the next line, whatever that will be: a child that reads it is back for more.
    mutating func probe() -> [UInt8] {
        state = .probing
        isLineOpen = true
        writtenUpTo += 1
        return [UInt8(ascii: "{")]
    }

    /// The child is gone.
    ///
    /// - Parameters:
    ///   - unread: how many of the bytes written it left unread.
    ///   - succeeded: it exited with 0, so that what it read is acknowledged.
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
