import JSON
import Reactor

package enum DialectKind {
    /// Events and calls as JSON lines.
    case events
    /// Messages as lines of text, and lines of text as messages.
    case plainText
}

/// How a child is spoken to, and what its lines mean.
protocol Dialect: AnyObject {
    /// Nothing of the child's is gathered, awaited or under way.
    var isQuiet: Bool { get }
    /// It was given an event and isn't known to be back, though it has read all.
    var isAwaitingReturn: Bool { get }
    /// Something is fetched for the next event, which `advance` of the host follows.
    var isFetching: Bool { get }
    /// Its first event goes out together with the scope line.
    var opensWithScopeLine: Bool { get }
    /// A child that has read all and is quiet counts as back, even if it isn't seen waiting in a read.
    var returnsWhenQuiet: Bool { get }

    /// What the child reads of an event.
    func lines(of event: IncomingEvent) -> [UInt8]
    /// The last line it reads; nil where there is none.
    func disconnectLine(_ reason: DisconnectReason) -> [UInt8]?

    /// Sees to it that the next event can be given, and skips those that can't.
    ///
    /// - Returns: false when there is none, or none yet.
    func prepareNextEvent(for host: any DialectHost) -> Bool
    func eventsGiven(to host: any DialectHost)
    /// The child wrote a line.
    func read(_ line: LineSplitter.Line, for host: any DialectHost)
    /// The child wrote the beginning of a line.
    func readPart(for host: any DialectHost)
    /// All that the child has written by now belongs to the events that are acknowledged now.
    func flush(for host: any DialectHost)
    func childEnded(for host: any DialectHost)
}

/// What a dialect needs of the session that it speaks for.
protocol DialectHost: AnyObject {
    var scope: Scope { get }
    var loop: EventLoop { get }
    /// The longest line that a child may print, in bytes.
    var maxLine: Int { get }
    var isAlive: Bool { get }
    /// The child has read all that was written to it.
    var hasReadAll: Bool { get }
    /// It waits in a read of its stdin; nil where that can't be known.
    var isReadingInput: Bool? { get }

    /// The next event that waits, which stays in the queue; nil where there is none or the journal can't be read.
    func nextEvent() -> IncomingEvent?
    /// Acknowledges the next event without giving it to a child.
    func skipNextEvent()
    /// Gives the child the next thing, if there is one now.
    func advance()

    /// Carries out what a child wrote in a line of `bytes` bytes.
    func carryOut(_ event: OutgoingEvent, bytes: Int)
    func perform(_ call: Call, bytes: Int)
    /// Carries out a call of the gateway's own. `done` isn't called once the child is gone.
    func perform(_ call: Call, then done: @escaping (CallResult) -> Void)
    /// Drops a line, and answers it where an `id` could be read.
    func reject(_ error: OutgoingEventError, line: [UInt8], id: JSON?)

    func readOutputDry()
    /// What the child has written of a line that isn't ended yet.
    func takePartOfLine() -> [UInt8]

    func warn(_ message: String)
    /// A warning, and the end of a replay's success.
    func problem(_ message: String)
}
