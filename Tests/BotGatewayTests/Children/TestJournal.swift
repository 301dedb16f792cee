import Glibc
import JSON
import Logging
import Reactor

@testable import BotGateway

/// A journal in memory that can become unreadable and reports acknowledgements.
final class TestJournal: Journal {
    private let inner: ReplayJournal
    var isReadable: Bool
    var onAcknowledge: (IncomingEvent) -> Void = { _ in }
    private(set) var tries = 0
    /// How many more reads succeed while it is unreadable.
    var readingsLeft = 0

    init(_ inner: ReplayJournal, isReadable: Bool = true) {
        (self.inner, self.isReadable) = (inner, isReadable)
    }

    private func look() throws(JournalReadError) {
        if readingsLeft > 0 {
            readingsLeft -= 1
        } else if !isReadable {
            tries += 1
            throw JournalReadError()
        }
    }

    let isDurable = false
    let commits = 0
    var onCommit: () -> Void = {}
    func commitSoon() {}
    func append(_ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void) {
    }
    func acknowledge(_ event: IncomingEvent) { onAcknowledge(event) }
    func requeue(_ event: IncomingEvent) {}
    func deadLetter(_ event: IncomingEvent, because reason: String) {}
    var overflow: (any EventOverflow)? { inner }
    func pageIn(
        of scope: Scope, after key: Int64, count: Int, size: Int
    ) throws(JournalReadError) -> [IncomingEvent] {
        try look()
        return inner.pageIn(of: scope, after: key, count: min(count, 1), size: size)
    }
    func nextRecovered() -> [(scope: Scope, count: Int)]? { nil }
    func recoveredCount(of scope: Scope) -> Int { 0 }
    func add(_ call: Call, for scope: Scope) -> Int64 { 0 }
    func remove(call key: Int64) {}
    func state(of scope: Scope) throws(JournalReadError) -> JSON? {
        try look()
        return nil
    }
    func setState(_ state: JSON?, of scope: Scope) {}
    func childStarted(_ scope: Scope, pid: Int32) {}
    func childEnded(_ scope: Scope) {}
}

extension Children {
    /// The children of a bot that has `TRANSCRIPTS` in its environment.
    convenience init(
        of command: [String], policy: ChildPolicy = ChildPolicy(), journal: any Journal,
        transcripts: String, on loop: EventLoop, log: Logger? = nil
    ) throws {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let environment = ChildEnvironment(
            gateway: ["PATH=\(path)", "TRANSCRIPTS=\(transcripts)"], isSecret: { _ in false },
            bot: ["id": 7], version: "0")
        self.init(
            try Program(command, searchPath: path), environment: environment, bot: ["id": 7],
            policy: policy, journal: journal, on: loop,
            log: log ?? Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Delivers events with these numbers, as in `{"n":1}`. The numbers are their keys too.
    func deliver(_ numbers: ClosedRange<Int64>) {
        for number in numbers {
            var event = IncomingEvent(
                updateID: number, scope: .chat(42), line: Array("{\"n\":\(number)}\n".utf8))
            event.key = number
            deliver(event)
        }
    }
}
