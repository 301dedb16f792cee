import Glibc
import JSON
import TestSupport

@testable import BotAPI
@testable import BotGateway
@testable import Reactor

/// Children of one bot, and the calls that they make.
class ChildrenTest<Store: Journal>: Rigged {
    let rig: TestRig
    let children: Children
    let journal: Store
    private(set) var calls: [(call: Call, scope: Scope, reply: (CallResult) -> Void)] = []
    /// What each call is answered with at once; nil leaves that to the test.
    var answer: CallResult? = .success(true)
    private var lastID: Int64

    /// - Parameter lastID: of the last update of an earlier run.
    init(_ children: Children, keepingIn journal: Store, after lastID: Int64 = 0, on rig: TestRig) {
        (self.rig, self.children, self.journal, self.lastID) = (rig, children, journal, lastID)
        children.connect { [unowned self] call, scope, reply in
            calls.append((call, scope, reply))
            answer.map(reply)
        }
    }

    /// Stores a message, and delivers it once it is stored.
    @discardableResult
    func say(_ text: String, in chat: Int64 = 42) -> Int64 {
        lastID += 1
        guard let update = try? Update.message(text, id: lastID, in: chat), let event = IncomingEvent(update)
        else { return lastID }
        journal.append([event], offset: nil) { [children] in $0.forEach(children.deliver) }
        return lastID
    }

    /// A press of a button in a private chat.
    func press(in chat: Int64 = 42) throws {
        lastID += 1
        let update = try Update([
            "update_id": JSON(lastID),
            "callback_query": [
                "id": "1", "from": ["id": JSON(chat), "is_bot": false, "first_name": "Ada"], "data": "stop",
                "message": ["message_id": 1, "date": 0, "chat": ["id": JSON(chat), "type": "private"]],
            ],
        ])
        guard let event = IncomingEvent(update) else { return }
        journal.append([event], offset: nil) { [children] in $0.forEach(children.deliver) }
    }

    func texts(in chat: Int64) -> [String] {
        calls.filter { $0.scope == .chat(chat) }.compactMap { $0.call.parameters["text"]?.string }
    }

    /// Gives what waits, and ends all children.
    func finish() -> Bool {
        children.shutDown(.draining)
        return wait { children.isFinished }
    }

    func kill() -> Bool {
        children.shutDown(.killing)
        return wait { children.count == 0 }
    }
}

/// Children without processes. The test decides when a child reads, writes and exits, and when time passes.
final class FakeChildren: ChildrenTest<FakeJournal> {
    private let starts: FakeStarts

    init(
        _ context: ChildContext, _ starts: FakeStarts, keepingIn journal: FakeJournal, after lastID: Int64,
        on rig: TestRig
    ) {
        self.starts = starts
        super.init(Children(context), keepingIn: journal, after: lastID, on: rig)
        answer = nil
    }

    /// All children so far, in order.
    var started: [FakeChild] { starts.children }
    /// The child that was started last.
    var child: FakeChild { starts.children[starts.children.count - 1] }

    /// Sets a handler for each new child, called before anything is written to it.
    func onStart(_ tell: @escaping (FakeChild) -> Void) { starts.onStart = tell }

    func failStarts(with error: SystemError?) { starts.error = error }

    /// Simulates a limit on processes, as by `ulimit -u`.
    func limitProcesses(to count: Int) { starts.room = count }

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

/// Starts fake children in the place of processes, in order.
final class FakeStarts {
    private(set) var children: [FakeChild] = []
    var error: SystemError?
    /// The most children at a time.
    var room = Int.max
    var onStart: (FakeChild) -> Void = { _ in }

    func start(observer: any ChildProcessObserver) throws(SystemError) -> FakeChild {
        if let error { throw error }
        if children.count(where: { !$0.hasExited }) >= room { throw SystemError("starting", code: EAGAIN) }
        let child = FakeChild(pid: Int32(1000 + children.count), observer: observer)
        children.append(child)
        onStart(child)
        return child
    }
}
