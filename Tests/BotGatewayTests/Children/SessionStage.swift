import JSON
import Logging
import TestSupport

@testable import BotAPI
@testable import BotGateway
@testable import Reactor

/// Children without processes. The test decides when a child reads, writes and exits, and when time passes.
final class SessionStage {
    let loop: EventLoop
    let journal: FakeJournal
    let children: Children
    let log = LogLines()
    private let starts = Starts()
    private(set) var calls: [(call: Call, scope: Scope, reply: (CallResult) -> Void)] = []
    private var lastID: Int64

    /// The children that were started, in order.
    private final class Starts {
        var children: [FakeChild] = []
        var error: SystemError?
        var onStart: (FakeChild) -> Void = { _ in }
    }

    init(
        journal: FakeJournal = FakeJournal(), after lastID: Int64 = 0,
        _ adjust: (inout ChildPolicy) -> Void = { _ in }
    ) throws {
        loop = try EventLoop()
        (self.journal, self.lastID) = (journal, lastID)
        var policy = ChildPolicy()
        adjust(&policy)
        let launcher = ChildLauncher(
            try Program(["true"], searchPath: "/usr/bin:/bin"),
            environment: ChildEnvironment(
                gateway: [], isSecret: { _ in false }, bot: ["id": 7], version: "0"),
            bot: ["id": 7]
        ) { [starts] (_, observer) throws(SystemError) in
            if let error = starts.error { throw error }
            let child = FakeChild(pid: Int32(1000 + starts.children.count), observer: observer)
            starts.children.append(child)
            starts.onStart(child)
            return child
        }
        children = Children(
            ChildContext(policy, launcher: launcher, journal: journal, on: loop, log: log.logger))
        children.connect { [unowned self] in calls.append(($0, $1, $2)) }
    }

    /// All children so far, in order.
    var started: [FakeChild] { starts.children }
    /// The child that was started last.
    var child: FakeChild { starts.children[starts.children.count - 1] }

    /// Sets a handler for each new child, called before anything is written to it.
    func onStart(_ tell: @escaping (FakeChild) -> Void) { starts.onStart = tell }

    func failStarts(with error: SystemError?) { starts.error = error }

    /// Stores a message, and delivers it once it is stored.
    @discardableResult
    func say(_ text: String, in chat: Int64 = 42) -> Int64 {
        lastID += 1
        let message: JSON = [
            "message_id": JSON(lastID), "chat": ["id": JSON(chat), "type": "private"], "text": JSON(text),
        ]
        guard let update = try? Update(["update_id": JSON(lastID), "message": message]),
            let event = IncomingEvent(update)
        else { return lastID }
        journal.append([event], offset: nil) { [children] in $0.forEach(children.deliver) }
        return lastID
    }

    /// Runs the work that is due.
    func turn() {
        for _ in 0..<3 { loop.turn(waitingAtMost: .zero) }
    }

    /// Moves the clock and runs the work that is due by then.
    func wait(_ duration: Duration) {
        Instant.moveAhead(by: duration)
        turn()
    }

    var isEmpty: Bool { journal.stored.events.isEmpty && journal.stored.calls.isEmpty }
}

extension FakeChild {
    /// The texts of the events that were written to it. Redelivered ones end in `!`.
    var texts: [String] {
        linesWritten.compactMap { line in
            guard let event = try? JSON(parsing: line), let text = event["text"]?.string else { return nil }
            return event["redelivered"]?.bool == true ? "\(text)!" : text
        }
    }

    func send(_ text: String, id: Int? = nil) {
        let end = id.map { ",\"id\":\($0)" } ?? ""
        write("{\"type\":\"telegram.send_message\",\"text\":\"\(text)\"\(end)}")
    }
}
