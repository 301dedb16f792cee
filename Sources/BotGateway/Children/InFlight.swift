import DequeModule

/// Decides what goes to a child's stdin next, and which events are dealt with.
///
/// What is written is followed to the byte: the pipe tells when the child has read all of it, and at its
/// end how much it left.
struct InFlight {
    enum Mode: Equatable {
        /// An event at a time, the next one as soon as it was readUpTo. Dealt with when a later one was.
        case oneByOne
        /// So many on their way; dealt with when the child says so.
        case acknowledged(window: Int)
        /// One a child, and then the end of its input.
        case single
        /// The next one when the child is back for it, and the results of what it called before that:
        /// then the same events give the same calls, however fast anyone is.
        ///
        /// A child is known to be back when it reads the first `{` of a line whose rest isn't decided
        /// yet. To be quick, a child that never asks for a result is given more and more events in one
        /// go; not with `growing` false, where the next event may be long in coming.
        case lockstep(growing: Bool)
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
        /// To be given again, in their order; marked as redelivered if the child may have seen it.
        var events: [IncomingEvent] = []
        /// The first of `events` is the one that the child worked on.
        var wasAtWork = false
        /// It read at least one event to its end.
        var hasReadEvent = false
    }

    let mode: Mode
    private var state = State.ready
    /// Entry and not dealt with, in their order.
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

    /// Nothing written waits to be readUpTo: it can be given results, or the last line.
    var isReady: Bool { state == .ready }

    /// The child came back for more after what it was given, or had the time that an event is given.
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

    /// An event was given and isn't readUpTo yet.
    var hasUnreadEvent: Bool { entries.last.map { $0.end > readUpTo } ?? false }

    /// How many events it has that aren't dealt with.
    var count: Int { entries.count }

    /// The first of them, if the child took it.
    var current: IncomingEvent? { entries.first.flatMap { $0.end <= readUpTo ? $0.event : nil } }

    /// How many events were given last in one go.
    private(set) var given = 0

    /// Lines that are no events: results, or the last line.
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
    /// - Returns: the events that are dealt with by that; whether it has to be found out that it is back.
    mutating func readAll() -> (acknowledged: [IncomingEvent], isProbeDue: Bool) {
        readUpTo = writtenUpTo
        let isProbeDue = state == .written && isLockstep
        state = .ready
        hasReadEvent = hasReadEvent || !entries.isEmpty
        switch mode {
        case .oneByOne: return (acknowledge(entries.count - 1), isProbeDue)
        case .lockstep: return (acknowledge(entries.count), isProbeDue)
        case .acknowledged, .single: return ([], isProbeDue)
        }
    }

    /// By its child's own words this event is dealt with, and all before it. Nil when it has no such event.
    mutating func acknowledge(_ updateID: Int64) -> [IncomingEvent]? {
        guard let index = entries.firstIndex(where: { $0.event.updateID == updateID }) else { return nil }
        hasReadEvent = true
        return acknowledge(index + 1)
    }

    /// Its child lived on for long enough after it had readUpTo this event.
    mutating func ackTimedOut(after key: Int64) -> [IncomingEvent] {
        current?.key == key ? acknowledge(1) : []
    }

    private mutating func acknowledge(_ count: Int) -> [IncomingEvent] {
        guard count > 0 else { return [] }
        let events = entries.prefix(count).map(\.event)
        entries.removeFirst(count)
        // A thousand idle children keep no storage for what they don't have.
        if entries.isEmpty { entries = [] }
        return events
    }

    private var isLockstep: Bool {
        if case .lockstep = mode { true } else { false }
    }

    /// The beginning of the next line, whatever that will be: who reads it is back for more.
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
    ///   - succeeded: it exited with 0: what it took is dealt with.
    mutating func ended(unread: Int, succeeded: Bool) -> Unacknowledged {
        defer { self = InFlight(mode: mode) }
        readUpTo = writtenUpTo - unread
        let whole = entries.prefix { $0.end <= readUpTo }.count
        let hasBegunNext = entries.count > whole && entries[whole].start < readUpTo
        var unacknowledged = Unacknowledged()
        unacknowledged.hasReadEvent = hasReadEvent || whole > 0
        if succeeded || isLockstep {
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
