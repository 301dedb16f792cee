import Glibc
import JSON
import Logging
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
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        // The last eight are written while nobody reads, for so many are not answered.
        let say =
            #"i=0; while [ $i -lt $1 ]; do i=$((i+1)); echo '{"type":"telegram.send_message","text":"x"}'; done"#
        let bot =
            "say() { \(say); }; read -r scope; read -r first; say 32; until [ -e \(files.path)/go ]; do sleep 0.01; done; say 8; read -r second; exec cat"
        let children = Children(
            try Program(["sh", "-c", bot], searchPath: path),
            environment: ChildEnvironment(
                gateway: ["PATH=\(path)"], isSecret: { _ in false }, bot: ["id": 7], version: "0"),
            bot: ["id": 7], options: ChildOptions(), journal: journal, on: loop,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        var replies: [(CallResult) -> Void] = []
        children.perform = {
            replies.append($2)
            if replies.count == 32 { files.write("go", "") }
        }
        var callsAtSettling: [Int] = []
        journal.onSettle = { _ in callsAtSettling.append(replies.count) }
        for number in 1...2 {
            children.deliver(
                IncomingEvent(
                    updateID: Int64(number), scope: .chat(42), line: Array("{\"n\":\(number)}\n".utf8)))
        }
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
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        var options = ChildOptions()
        options.acknowledgement = .automatic(settle: .seconds(1_000_000_000))
        let children = Children(
            try Program(["cat"], searchPath: path),
            environment: ChildEnvironment(
                gateway: ["PATH=\(path)"], isSecret: { _ in false }, bot: ["id": 7], version: "0"),
            bot: ["id": 7], options: options, journal: journal, on: loop,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        var settled = 0
        journal.onSettle = { _ in settled += 1 }
        for number in 1...500 as ClosedRange<Int64> {
            var event = IncomingEvent(
                updateID: number, scope: .chat(42), line: Array("{\"n\":\(number)}\n".utf8))
            event.key = number
            children.deliver(event)
        }
        #expect(loop.run(until: { settled == 499 }, within: .seconds(20)))
        #expect(children.vigil.count < 100)
        children.kill()
        #expect(loop.run(until: { children.count == 0 }, within: .seconds(10)))
    }
}
