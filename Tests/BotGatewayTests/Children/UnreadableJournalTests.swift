import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct UnreadableJournalTests {
    /// Whether three events reach their child although the journal can't be read after so many times.
    private func reachesChild(readable times: Int) throws {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = TestJournal(ReplayJournal(spoolDirectory: files.path), isReadable: false)
        journal.readingsLeft = times
        let children = try Children(
            of: [ProjectPaths.bot("transcript.sh")], journal: journal, transcripts: files.path, on: loop)
        children.deliver(1...3)
        #expect(loop.run(until: { journal.tries > 0 }, within: .seconds(5)))
        // Once a second, not again and again.
        _ = loop.run(until: { journal.tries > 2 }, within: .milliseconds(100))
        #expect(journal.tries <= 2)
        journal.isReadable = true
        let lines = { files.read("42")?.split(separator: "\n").dropFirst().map(String.init) ?? [] }
        #expect(loop.hurry { lines().count == 3 })
        #expect(lines() == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
        children.shutDown(.draining)
        #expect(loop.run(until: { children.isFinished }, within: .seconds(10)))
    }

    @Test(arguments: [0, 1])
    func `it is tried again in a second, and nothing spins or is lost meanwhile`(_ times: Int) throws {
        try reachesChild(readable: times)
    }
}
