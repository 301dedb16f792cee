import DequeModule
import Reactor

/// What a session knows of a child that speaks plain text.
@MainActor final class PlainTextDialect {
    /// The file of the next event.
    enum Fetched: Equatable {
        case underWay(updateID: Int64)
        /// Nil where it could not be had.
        case done(updateID: Int64, path: String?)
    }

    var output = PlainTextOutput()
    /// When something was printed last.
    var lastPrinted = Instant.current
    /// Gathered output waits for it.
    var quiet: Timer?
    var fetched: Fetched?
    /// In a replay: it was given an event and isn't known to be back for more.
    var isAtWork = false
    /// The last messages that had something like a file's name in them.
    private var named: Deque<String> = []
    private static let namesKept = 64

    isolated deinit { quiet?.cancel() }

    var isQuiet: Bool { output.isEmpty && quiet == nil && fetched == nil }

    var isFetching: Bool {
        if case .underWay = fetched { true } else { false }
    }

    /// Somebody in the chat has written that very name: a program that repeats what it reads mustn't hand out any
    /// file of the machine's.
    func wasToldOf(_ url: String) -> Bool { named.contains { $0.contains(url) } }

    /// What the child reads of an event.
    func lines(of event: IncomingEvent) -> [UInt8] {
        guard let message = PlainTextMessage(event) else { return [] }
        if let text = message.text, text.contains("file:") {
            named.append(text)
            if named.count > Self.namesKept { named.removeFirst() }
        }
        guard case .done(event.updateID, let path) = fetched else { return message.lines(path: nil) }
        return message.lines(path: path)
    }
}
