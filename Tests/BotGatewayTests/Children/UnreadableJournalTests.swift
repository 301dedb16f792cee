import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct UnreadableJournalTests {
    /// Checks that three events reach their child although the journal becomes unreadable after this many reads.
    private func reachesChild(readable times: Int) throws {
        let journal = FakeJournal(isDurable: false)
        journal.readsUntilFailure = times
        let test = try TestRig().children(of: [ProjectPaths.bot("transcript.sh")], keepingIn: journal)
        for text in ["a", "b", "c"] { test.say(text) }
        #expect(test.wait { journal.failedReads > 0 })
        // The journal is tried once a second.
        _ = test.wait(within: .milliseconds(100)) { journal.failedReads > 2 }
        #expect(journal.failedReads <= 2)
        journal.readsUntilFailure = nil
        let lines = { test.files.read("42")?.split(separator: "\n").dropFirst() ?? [] }
        #expect(test.hurry { lines().count == 3 })
        #expect(try lines().map { try JSON(parsing: String($0))["text"] } == ["a", "b", "c"])
        #expect(test.finish())
    }

    @Test(arguments: [0, 1])
    func `an unreadable journal is retried every second, without losing events`(_ times: Int) throws {
        try reachesChild(readable: times)
    }
}
