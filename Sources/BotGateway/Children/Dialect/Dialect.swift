import JSON
import Reactor

package enum DialectKind: Equatable {
    /// Events and calls as JSON lines.
    case events
    /// Messages as lines of text, and printed text as messages.
    case plainText(PlainTextOptions = PlainTextOptions())
}

/// The protocol between the gateway and a child: how events are written and lines are read.
protocol Dialect: AnyObject {
    /// No output is being gathered, and no file is being downloaded.
    var isQuiet: Bool { get }
    /// The child has read everything, but isn't known to have finished its last event.
    var isAwaitingReturn: Bool { get }
    /// A file of the next event is being downloaded; `advance` of the host is called afterwards.
    var isFetching: Bool { get }
    /// The first event is written together with the scope line.
    var opensWithScopeLine: Bool { get }
    /// A child that has read everything and is quiet counts as back, even if it isn't seen waiting in a read.
    var returnsWhenQuiet: Bool { get }

    /// What a program must do that exits with 0 before it reads its event, for the log.
    var readingAdvice: String { get }

    /// Whether the event asks to interrupt what the child does. Such an event is skipped when its turn comes.
    func isInterrupt(_ event: IncomingEvent) -> Bool
    /// The lines that the child reads for an event.
    func lines(of event: IncomingEvent) -> [UInt8]
    /// The disconnect line; nil if the protocol has none.
    func disconnectLine(_ reason: DisconnectReason) -> [UInt8]?

    /// Prepares the next event, and skips events that can't be given.
    ///
    /// - Returns: false if there is none, or it isn't ready yet.
    func prepareNextEvent(for host: any DialectHost) -> Bool
    func eventsGiven(to host: any DialectHost)
    /// The child wrote a line.
    func read(_ line: LineSplitter.Line, for host: any DialectHost)
    /// The child wrote the beginning of a line.
    func readPart(for host: any DialectHost)
    /// Sends the output so far, which belongs to the events that are about to be acknowledged.
    func flush(for host: any DialectHost)
    func childEnded(for host: any DialectHost)
}

/// The part of a session that a dialect uses.
protocol DialectHost: AnyObject {
    var scope: Scope { get }
    var loop: EventLoop { get }
    /// The longest line accepted from a child, in bytes.
    var maxLine: Int { get }
    var isAlive: Bool { get }
    /// The child has read everything that was written.
    var hasReadAll: Bool { get }
    /// Whether the child is blocked in a read of its stdin; nil if that can't be known.
    var isReadingInput: Bool? { get }

    /// The next waiting event, which stays in the queue; nil if there is none or the journal can't be read.
    func nextEvent() -> IncomingEvent?
    /// Acknowledges the next event without giving it to a child.
    func skipNextEvent()
    /// Gives the child its next results or events, if it is ready.
    func advance()

    /// Carries out a line that the child wrote; `bytes` is its length.
    func carryOut(_ event: OutgoingEvent, bytes: Int)
    func perform(_ call: Call, bytes: Int)
    /// Carries out a call of the gateway's own. `done` isn't called if the child has ended by then.
    func perform(_ call: Call, then done: @escaping (CallResult) -> Void)
    /// Drops a line, and sends a failed result if it has an `id`.
    func reject(_ error: OutgoingEventError, line: [UInt8], id: JSON?)

    func readOutputDry()
    /// The incomplete last line of stdout.
    var partOfLine: [UInt8] { get }
    /// Takes the incomplete last line of stdout.
    func takePartOfLine() -> [UInt8]

    /// The child printed a file's URL and may not send files. Logs that once for all children.
    func fileNotSent()
    /// Logs a warning about the child's output, unless there were too many.
    func warn(_ message: @autoclosure () -> String)
    /// Like `warn`, and counts a problem, which fails a replay.
    func complain(_ message: @autoclosure () -> String)
}
