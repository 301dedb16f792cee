import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct SettlingTests {
    @Test func `an event is settled once all that its child wrote before it took the next one is read`()
        throws
    {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = TestJournal(NoJournal(spoolDirectory: files.path))
        // The last eight are written while nobody reads, for so many are not answered.
        let say =
            #"i=0; while [ $i -lt $1 ]; do i=$((i+1)); echo '{"type":"telegram.send_message","text":"x"}'; done"#
        let bot =
            "say() { \(say); }; read -r scope; read -r first; say 32; until [ -e \(files.path)/go ]; do sleep 0.01; done; say 8; read -r second; exec cat"
        let children = try Children(
            of: ["sh", "-c", bot], journal: journal, transcripts: files.path, on: loop)
        var replies: [(CallResult) -> Void] = []
        children.perform = {
            replies.append($2)
            if replies.count == 32 { files.write("go", "") }
        }
        var callsAtSettling: [Int] = []
        journal.onSettle = { _ in callsAtSettling.append(replies.count) }
        children.deliver(1...2)
        #expect(loop.run(until: { !callsAtSettling.isEmpty }, within: .seconds(10)))
        #expect(callsAtSettling == [40])
        children.kill()
        for reply in replies { reply(.success(true)) }
        #expect(loop.run(until: { children.count == 0 }, within: .seconds(10)))
    }

    @Test func `what is settled is watched no longer, however long a child is to live on`() throws {
        let loop = try EventLoop()
        let files = TemporaryDirectory()
        let journal = TestJournal(NoJournal(spoolDirectory: files.path))
        var options = ChildOptions()
        options.acknowledgement = .automatic(settle: .seconds(1_000_000_000))
        let children = try Children(
            of: ["cat"], options: options, journal: journal, transcripts: files.path, on: loop)
        var settled = 0
        journal.onSettle = { _ in settled += 1 }
        children.deliver(1...500)
        #expect(loop.run(until: { settled == 499 }, within: .seconds(20)))
        #expect(children.vigil.count < 100)
        children.kill()
        #expect(loop.run(until: { children.count == 0 }, within: .seconds(10)))
    }
}
