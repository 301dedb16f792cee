import Glibc
import JSON
import Logging
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// A journal that can't be read for a while.
private final class UnreadableJournal: Journal {
    private let inner: NoJournal
    var isReadable = false
    private(set) var tries = 0
    /// So many times it can be read before.
    var readingsLeft = 0

    init(_ inner: NoJournal) { self.inner = inner }

    private func look() throws(JournalTrouble) {
        if readingsLeft > 0 {
            readingsLeft -= 1
        } else if !isReadable {
            tries += 1
            throw JournalTrouble()
        }
    }

    let isDurable = false
    let commits = 0
    var onCommit: () -> Void = {}
    func commitSoon() {}
    func append(_ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void) {
    }
    func settle(_ event: IncomingEvent) {}
    func giveBack(_ event: IncomingEvent) {}
    func bury(_ event: IncomingEvent, because reason: String) {}
    func setAside(_ event: IncomingEvent) { inner.setAside(event) }
    func takeAside(
        of scope: Scope, after key: Int64, count: Int, size: Int
    ) throws(JournalTrouble) -> [IncomingEvent] {
        try look()
        return inner.takeAside(of: scope, after: key, count: min(count, 1), size: size)
    }
    func dropAside(of scope: Scope) { inner.dropAside(of: scope) }
    func nextEarlier() -> [(scope: Scope, count: Int)]? { nil }
    func earlierCount(of scope: Scope) -> Int { 0 }
    func add(_ call: Call, for scope: Scope) -> Int64 { 0 }
    func remove(call key: Int64) {}
    func state(of scope: Scope) throws(JournalTrouble) -> JSON? {
        try look()
        return Optional.none
    }
    func setState(_ state: JSON?, of scope: Scope) {}
    func childStarted(_ scope: Scope, pid: Int32) {}
    func childEnded(_ scope: Scope) {}
}

@Suite struct UnreadableJournalTests {
    /// Whether three events reach their child although the journal can't be read after so many times.
    private func reachesChild(readable times: Int) throws {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = UnreadableJournal(NoJournal(spoolDirectory: files.path))
        journal.readingsLeft = times
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let children = Children(
            try Program([Places.bot("transcript.sh")], searchPath: path),
            environment: ChildEnvironment(
                gateway: ["PATH=\(path)", "TRANSCRIPTS=\(files.path)"], isSecret: { _ in false },
                bot: ["id": 7], version: "0"),
            bot: ["id": 7], options: ChildOptions(), journal: journal, on: loop,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        for number in 1...3 {
            children.deliver(
                IncomingEvent(
                    updateID: Int64(number), scope: .chat(42), line: Array("{\"n\":\(number)}\n".utf8)))
        }
        #expect(loop.run(until: { journal.tries > 0 }, within: .seconds(5)))
        // Once a second, not again and again.
        _ = loop.run(until: { journal.tries > 2 }, within: .milliseconds(100))
        #expect(journal.tries <= 2)
        journal.isReadable = true
        let lines = { files.read("42")?.split(separator: "\n").dropFirst().map(String.init) ?? [] }
        #expect(loop.run(until: { lines().count == 3 }, within: .seconds(10)))
        #expect(lines() == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
        children.finish()
        #expect(loop.run(until: { children.isFinished }, within: .seconds(10)))
    }

    @Test(arguments: [0, 1])
    func `it is tried again in a second, and nothing spins or is lost meanwhile`(_ times: Int) throws {
        try reachesChild(readable: times)
    }
}
