import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct AcknowledgingTests {
    @Test func `an event is acknowledged after all output from before its child took the next one is read`()
        throws
    {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = TestJournal(ReplayJournal(spoolDirectory: files.path))
        // The last eight are written while output is paused, because 32 calls are unanswered.
        let say =
            #"i=0; while [ $i -lt $1 ]; do i=$((i+1)); echo '{"type":"telegram.send_message","text":"x"}'; done"#
        let bot =
            "say() { \(say); }; read -r scope; read -r first; say 32; until [ -e \(files.path)/go ]; do sleep 0.01; done; say 8; read -r second; exec cat"
        let children = try Children(
            of: ["sh", "-c", bot], journal: journal, transcripts: files.path, on: loop)
        var replies: [(CallResult) -> Void] = []
        children.connect {
            replies.append($2)
            if replies.count == 32 { files.write("go", "") }
        }
        var callsAtAcknowledgement: [Int] = []
        journal.onAcknowledge = { _ in callsAtAcknowledgement.append(replies.count) }
        children.deliver(1...2)
        #expect(loop.run(until: { !callsAtAcknowledgement.isEmpty }, within: .seconds(10)))
        #expect(callsAtAcknowledgement == [40])
        children.shutDown(.killing)
        for reply in replies { reply(.success(true)) }
        #expect(loop.run(until: { children.count == 0 }, within: .seconds(10)))
    }

    @Test func `an acknowledged event leaves the ack timer, however long the timeout`() throws {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = TestJournal(ReplayJournal(spoolDirectory: files.path))
        var policy = ChildPolicy()
        policy.acknowledgement = .auto(timeout: .seconds(1_000_000_000))
        let children = try Children(
            of: ["cat"], policy: policy, journal: journal, transcripts: files.path, on: loop)
        var acknowledged = 0
        journal.onAcknowledge = { _ in acknowledged += 1 }
        children.deliver(1...500)
        #expect(loop.run(until: { acknowledged == 499 }, within: .seconds(20)))
        #expect(children.context.ackTimer.count < 100)
        children.shutDown(.killing)
        #expect(loop.run(until: { children.count == 0 }, within: .seconds(10)))
    }

    @Test func `in a replay a plain program's output isn't split when its event is acknowledged`() throws {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        var policy = ChildPolicy()
        policy.acknowledgement = .auto(timeout: .milliseconds(10))
        policy.dialect = .plainText
        policy.pacing = .lockstep(isFile: true)
        // The bot is always busy, because a sleeping program could be taken for one that has finished.
        let bot = "read -r a; echo one; until [ -e \(files.path)/go ]; do :; done; echo two; read -r b"
        let children = try Children(
            of: ["sh", "-c", bot], policy: policy, journal: ReplayJournal(spoolDirectory: files.path),
            transcripts: files.path, on: loop)
        var texts: [String] = []
        children.connect { call, _, done in
            texts.append(call.parameters["text"]?.string ?? "")
            done(.success(nil))
        }
        var event = IncomingEvent(
            updateID: 1, scope: .chat(42),
            line: Array("{\"type\":\"telegram.message\",\"text\":\"x\"}\n".utf8))
        event.key = 1
        children.deliver(event)
        loop.after(.milliseconds(100)) { files.write("go", "") }
        #expect(loop.run(until: { !texts.isEmpty }, within: .seconds(10)))
        #expect(texts == ["one\ntwo"])
        children.shutDown(.killing)
        #expect(loop.run(until: { children.count == 0 }, within: .seconds(10)))
    }
}
