import Glibc
import Logging
import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct UnreadableJournalTests {
    /// Whether three events reach their child although the journal can't be read after so many times.
    private func reachesChild(readable times: Int) throws {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = TestJournal(NoJournal(spoolDirectory: files.path), isReadable: false)
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
