import Reactor
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
    private func log(of bot: String, events: Int64 = 3, rounds: Int64) throws -> LogLines {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let lines = LogLines()
        let journal = TestJournal(ReplayJournal(spoolDirectory: files.path))
        var policy = ChildPolicy()
        policy.acknowledgement = .auto(timeout: .milliseconds(30))
        let children = try Children(
            of: ["sh", "-c", bot], policy: policy, journal: journal, transcripts: files.path, on: loop,
            log: lines.logger)
        children.connect { $2(.success(true)) }
        var acknowledged: Int64 = 0
        var given: Int64 = 0
        journal.onAcknowledge = { _ in acknowledged += 1 }
        func giveRound() {
            children.deliver(given + 1...given + events)
            given += events
            #expect(loop.run(until: { acknowledged == given }, within: .seconds(10)))
        }
        for _ in 1...rounds where lines.count(Self.words) == 0 { giveRound() }
        if lines.count(Self.words) > 0 { giveRound() }
        children.shutDown(.killing)
        #expect(loop.run(until: { children.count == 0 }, within: .seconds(10)))
        return lines
    }

    @Test func `a child that read three events, waits for more and has written nothing is suspected once`()
        throws
    {
        // On a busy machine, the child isn't waiting at once.
        let lines = try log(of: "while read -r x; do :; done", rounds: 100)
        #expect(lines.count(Self.words) == 1)
        #expect(lines.lines.contains { $0.hasPrefix("notice chat:42 it read") && $0.contains("python3 -u") })
    }

    @Test(arguments: [
        ("echo '{}'; while read -r x; do :; done", 3, 2), ("printf x; while read -r x; do :; done", 3, 2),
        ("while read -r x; do :; done", 1, 2),
        ("for i in 1 2 3 4; do read -r x; done; while :; do :; done", 3, 1),
    ])
    func `a child that has written something, read less, or is busy isn't suspected`(
        _ bot: String, _ events: Int64, _ rounds: Int64
    ) throws {
        #expect(try log(of: bot, events: events, rounds: rounds).count(Self.words) == 0)
    }
}
