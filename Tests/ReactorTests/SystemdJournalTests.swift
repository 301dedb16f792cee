import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct SystemdJournalTests {
    private let files = TemporaryDirectory()

    @Test func `a record is one message, and values with line breaks have their size`() throws {
        let socket = NotifySocket(at: "\(files.path)/socket")
        let journal = try #require(SystemdJournal(socket: socket.path))
        #expect(journal.send([("MESSAGE", "child started"), ("SCOPE", "chat:42")]))
        #expect(journal.send([("MESSAGE", "a\nb"), ("PRIORITY", "4")]))
        #expect(
            socket.messages == [
                "MESSAGE=child started\nSCOPE=chat:42\n",
                "MESSAGE\n\u{3}\0\0\0\0\0\0\0a\nb\nPRIORITY=4\n",
            ])
    }

    @Test func `what the journal can't take is told, and nothing waits`() throws {
        let gone = try #require(SystemdJournal(socket: "\(files.path)/gone"))
        #expect(!gone.send([("MESSAGE", "x")]))
        let socket = NotifySocket(at: "\(files.path)/socket")
        let journal = try #require(SystemdJournal(socket: socket.path))
        #expect(!journal.send([("MESSAGE", String(repeating: "x", count: 1 << 20))]))
        #expect((1...5000).contains { _ in !journal.send([("MESSAGE", "x")]) })
    }

    @Test func `another stderr isn't the journal`() {
        var status = stat()
        fstat(2, &status)
        for stream in [nil, "", "1:2", "\(status.st_dev):", "\(status.st_dev):\(status.st_ino + 1)"] {
            #expect(SystemdJournal.ofStderr(stream: stream) == nil)
        }
        #expect(SystemdJournal.ofStderr(stream: "\(status.st_dev):\(status.st_ino)") != nil)
    }
}
