import TestSupport
import Testing

@testable import BotGateway

@Suite struct StdoutBufferingDetectorTests {
    private static let words = "is its stdout buffered?"

    @Test func `three events without output are suspicious, until there is output`() {
        var stdoutBuffering = StdoutBufferingDetector()
        stdoutBuffering.gave(2)
        #expect(!stdoutBuffering.isLong)
        stdoutBuffering.gave(1)
        #expect(stdoutBuffering.isLong)
        stdoutBuffering.gave(1_000)
        #expect(stdoutBuffering.isLong)
        stdoutBuffering.wasBroken()
        #expect(!stdoutBuffering.isLong && stdoutBuffering.isBroken)
        stdoutBuffering.gave(1_000)
        #expect(!stdoutBuffering.isLong && stdoutBuffering.isBroken)
        #expect(MemoryLayout<StdoutBufferingDetector>.size == 1)
    }

    /// Delivers this many events per round, each round after the previous one's acknowledgement, until the bot is
    /// suspected or all rounds are over. Then delivers one more round and returns the log.
    private func log(of bot: String, events: Int = 3, rounds: Int) throws -> LogLines {
        let journal = FakeJournal(isDurable: false)
        let test = try TestRig().children(of: ["sh", "-c", bot], keepingIn: journal) {
            $0.acknowledgement = .auto(timeout: .milliseconds(30))
        }
        var given = 0
        func giveRound() {
            for _ in 1...events { test.say("x") }
            given += events
            #expect(test.wait { journal.acknowledged.count == given })
        }
        for _ in 1...rounds where test.log.count(Self.words) == 0 { giveRound() }
        if test.log.count(Self.words) > 0 { giveRound() }
        #expect(test.kill())
        return test.log
    }

    @Test func `a child that read three events, waits for more and has written nothing is suspected once`()
        throws
    {
        // On a busy machine, the child isn't waiting at once.
        let lines = try log(of: "while read -r x; do :; done", rounds: 100)
        #expect(lines.count(Self.words) == 1)
        #expect(
            lines.lines.contains {
                $0.hasPrefix("notice chat:42 child has read") && $0.contains("python3 -u")
            })
    }

    @Test(arguments: [
        ("echo '{}'; while read -r x; do :; done", 3, 2), ("printf x; while read -r x; do :; done", 3, 2),
        ("while read -r x; do :; done", 1, 2),
        ("sleep 60 & while read -r x; do :; done", 3, 2),
        ("for i in 1 2 3 4; do read -r x; done; while :; do :; done", 3, 1),
    ])
    func `a child that has written something, read less, awaits a process or is busy isn't suspected`(
        _ bot: String, _ events: Int, _ rounds: Int
    ) throws {
        #expect(try log(of: bot, events: events, rounds: rounds).count(Self.words) == 0)
    }
}
