import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct UnreadableJournalTests {
    /// Checks that three events reach their child although the journal becomes unreadable after this many reads.
    private func reachesChild(readable times: Int) throws {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = TestJournal(ReplayJournal(spoolDirectory: files.path), isReadable: false)
        journal.readingsLeft = times
        let children = try Children(
            of: [ProjectPaths.bot("transcript.sh")], journal: journal, transcripts: files.path, on: loop)
        children.deliver(1...3)
        #expect(loop.run(until: { journal.tries > 0 }, within: .seconds(5)))
        // The journal is tried once a second.
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
    func `an unreadable journal is retried every second, without losing events`(_ times: Int) throws {
        try reachesChild(readable: times)
    }
}
