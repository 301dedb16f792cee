/// Decides what goes to a child's stdin next, and knows which events it has in hand.
///
/// Whatever is written is waited for until the child has read all of it: its pipe tells.
struct Delivery {
    enum Mode: Equatable {
        /// An event at a time; the next one as soon as it was taken.
        case oneByOne
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

    let mode: Mode
    private var state = State.ready
    private var inHand: [(event: IncomingEvent, end: Int)] = []
    private var size = 0
    /// The `{` that begins every line is already written.
    private var opened = false
    private var quietBlocks = 0

    init(mode: Mode) { self.mode = mode }

    /// Nothing written waits to be taken.
    var isReady: Bool { state == .ready }

    /// How many events to give in one go.
    var blockSize: Int {
        guard mode == .lockstep(growing: true), quietBlocks >= 8 else { return 1 }
        return 1 << min(quietBlocks - 7, 6)
    }

    /// An event was given and isn't taken yet.
    var hasEventInHand: Bool { !inHand.isEmpty }

    /// The child has read an event to its end.
    private(set) var hasTakenEvent = false

    /// How many events were given last in one go.
    private(set) var given = 0

    /// Lines that are no events: results, or the last line.
    mutating func write(_ lines: [UInt8]) -> [UInt8] {
        given = 0
        quietBlocks = 0
        return written(lines)
    }

    /// - Parameter opening: the scope line, before a child's first event.
    mutating func write(_ events: [IncomingEvent], opening: [UInt8] = []) -> [UInt8] {
        var bytes = opening
        inHand = events.map { event in
            bytes += event.line
            return (event, bytes.count)
        }
        given = events.count
        quietBlocks += 1
        return written(bytes)
    }

    private mutating func written(_ bytes: [UInt8]) -> [UInt8] {
        defer { opened = false }
        state = .written
        size = bytes.count
        return opened ? Array(bytes.dropFirst()) : bytes
    }

    /// The child read all that was written. True when it has to be found out whether it is back.
    mutating func tookAll() -> Bool {
        hasTakenEvent = hasTakenEvent || hasEventInHand
        inHand = []
        let isProbeDue = state == .written && mode != .oneByOne
        state = .ready
        return isProbeDue
    }

    /// The beginning of the next line, whatever that will be: who reads it is back for more.
    mutating func probe() -> [UInt8] {
        state = .probing
        opened = true
        return [UInt8(ascii: "{")]
    }

    /// The child is gone.
    ///
    /// - Parameter untaken: how many of the bytes written it left unread.
    /// - Returns: the events it had not read to their end, the one it had begun marked as redelivered; and
    ///   whether it ever read one.
    mutating func ended(untaken: Int) -> (events: [IncomingEvent], hasTakenEvent: Bool) {
        defer { self = Delivery(mode: mode) }
        let taken = size - untaken
        let events = inHand.filter { $0.end > taken }.map { event, end in
            end - event.line.count < taken ? event.redelivered : event
        }
        return (events, hasTakenEvent || events.count < inHand.count)
    }
}
