import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// The gateway's own files: what replaces, removes, links to, uploads or downloads to them.
@Suite(.ownProcess) struct StatePlaceTests {
    private let test: GatewayTest
    private var state: String { "\(test.files.path)/state/pipegram/7" }

    init() throws { test = try TestRig().gateway() }

    /// Starts a gateway whose events wait in every chat but 42, where the test dictates the calls.
    @discardableResult
    private func run(_ options: [String] = []) throws -> ProgramRun {
        let program =
            "[ $PIPEGRAM_CHAT_ID = 42 ] && exec \(ProjectPaths.bot("puppet.sh")); read -r scope; sleep 99"
        return try test.run(options + ["--", "sh", "-c", program])
    }

    /// Uploads a file in chat 42, and returns the description of the refusal, or `ok`.
    private func upload(_ path: String, number: Int64 = 1) -> String? {
        outcome(["type": "telegram.send_document", "document": JSON("file://\(path)")], number)
    }

    private func download(to path: String, number: Int64) -> String? {
        let id = test.telegram.addFile(Array("meow".utf8), path: "photos/file_\(number).jpg")
        return outcome(["type": "telegram.download_file", "file_id": JSON(id), "path": JSON(path)], number)
    }

    private func outcome(_ given: JSON, _ number: Int64) -> String? {
        var call = given
        call.set("id", JSON(number))
        test.say(call.description, in: 42)
        var result: JSON?
        let isThere = test.wait {
            result = test.transcript(of: 42).compactMap { try? JSON(parsing: $0) }
                .first { $0["id"]?.integer == number }
            return result != nil
        }
        return isThere ? result?["description"]?.string ?? "ok" : nil
    }

    private func expectTurnedAway(within limit: Duration = .seconds(5)) throws {
        let second = try test.rig.run(
            [ProjectPaths.pipegram, "run", "--state", state, "--", "cat"], environment: test.variables)
        #expect(second.wait(within: limit) == 73)
        #expect(second.errorText.contains("is in use by process"))
        if second.exit == nil { second.signal(SIGKILL) }
    }

    @Test func `an upload of the gateway's own files is refused, and costs neither its locks nor an update`()
        throws
    {
        let gateway = try run(["--max-children", "2"])
        #expect(upload("/nowhere")?.contains("No such file") == true)
        symlink("\(state)/journal.db", "\(test.files.path)/link")
        link("\(state)/lock", "\(test.files.path)/hard")
        let paths =
            ["journal.db", "journal.db-wal", "journal.db-shm", "lock"].map { "\(state)/\($0)" }
            + ["\(test.files.path)/link", "\(test.files.path)/hard", "\(state)/../7/journal.db"]
        for (number, path) in paths.enumerated() {
            let words = upload(path, number: Int64(number + 2))
            #expect(words?.hasPrefix("Bad Request: document: \(path): ") == true, "\(words ?? "no result")")
            #expect(words?.contains("belongs to the running pipegram") == true)
        }
        try expectTurnedAway()
        try test.command(["dead-letters", "--retry"])
        for number in 1...20 { test.say("\(number)", in: 43) }
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        try test.run(bot: "transcript.sh")
        #expect(test.wait { test.transcript(of: 43).count == 21 })
        #expect(test.stop() == 0)
    }

    @Test func `a download replaces neither a device nor a pipe nor a directory`() throws {
        try run()
        let pipe = "\(test.files.path)/pipe"
        mkfifo(pipe, 0o600)
        symlink(pipe, "\(test.files.path)/link")
        for (number, path) in [pipe, "\(test.files.path)/link", test.files.path].enumerated() {
            let words = download(to: path, number: Int64(number + 1))
            #expect(words == "Bad Request: \(path) exists and is not a regular file; choose another path")
        }
        var status = stat()
        #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        #expect(test.stop() == 0)
    }

    @Test func `a download doesn't replace the gateway's own files`() throws {
        try run()
        for (number, name) in ["files.list", "files"].enumerated() {
            let words = download(to: "\(state)/\(name)", number: Int64(number + 101))
            #expect(words?.contains("belongs to the running pipegram") == true)
        }
        let mine = "\(test.files.path)/mine"
        #expect(download(to: mine, number: 1) == "ok")
        #expect(download(to: mine, number: 2) == "ok")
        let id = test.telegram.addFile(Array("meow".utf8), path: "photos/cat.jpg")
        #expect(outcome(["type": "telegram.download_file", "file_id": JSON(id)], 99) == "ok")
        link("\(state)/lock", "\(test.files.path)/hard")
        let paths =
            ["journal.db", "journal.db-wal", "journal.db-shm", "lock", "files.list", "files"].map {
                "\(state)/\($0)"
            }
            + ["\(test.files.path)/hard", "\(state)/../7/journal.db"]
        for (number, path) in paths.enumerated() {
            let words = download(to: path, number: Int64(number + 3))
            #expect(words?.hasPrefix("Bad Request: \(path) belongs to the running pipegram") == true)
        }
        try expectTurnedAway()
        #expect(test.stop() == 0)
    }

    @Test func `the file that updates are recorded in is neither uploaded nor replaced`() throws {
        let record = "\(test.files.path)/updates.ndjson"
        try run(["--record", record])
        #expect(upload(record)?.contains("belongs to the running pipegram") == true)
        #expect(download(to: record, number: 2)?.contains("belongs to the running pipegram") == true)
        #expect(test.stop() == 0)
    }

    @Test(arguments: [".", "journal.db", "journal.db-wal", "journal.db-shm", "lock"], [false, true])
    func `nothing is confirmed once the state has been moved or removed`(_ name: String, isRemoved: Bool)
        throws
    {
        let gateway = try run()
        test.say("before", in: 43)
        #expect(test.wait { test.telegram.pendingUpdates == 0 && (try? test.count("events")) == 1 })
        let place = name == "." ? state : "\(state)/\(name)"
        if isRemoved, name != "." { unlink(place) } else { rename(place, "\(test.files.path)/moved") }
        test.say("after", in: 43)
        #expect(gateway.wait() == 73)
        #expect(test.telegram.pendingUpdates == 1)
        let words = gateway.errors.filter { $0.contains("moved, replaced or removed") }
        #expect(words.count == 1)
        #expect(words.first?.contains(place.replacing("/.", with: "")) == true, "\(words)")
        #expect(words.first?.contains("put it back") == true)
    }

    @Test
    func `a new gateway in the place of a moved state gets every unconfirmed update, also after a kill`()
        throws
    {
        let first = try run(["--log-level", "error"])
        test.say("0", in: 43)
        #expect(test.wait { (try? test.count("events")) == 1 })
        rename(state, "\(test.files.path)/moved")
        for number in 1...20 { test.say("\(number)", in: 43) }
        #expect(first.wait() == 73)
        let second = try run()
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        second.signal(SIGKILL)
        second.wait()
        try test.run(bot: "transcript.sh")
        #expect(test.wait { test.transcript(of: 43).count == 21 })
        #expect(test.stop() == 0)
    }

    @Test(arguments: [false, true])
    func `an empty journal beside a log of changes is refused, and both are left alone`(isGone: Bool) throws {
        let gateway = try run()
        for number in 1...8 { test.say("\(number)", in: 43) }
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        let log = "state/pipegram/7/journal.db-wal"
        let changes = try #require(test.files.bytes(log))
        if isGone { unlink("\(state)/journal.db") } else { truncate("\(state)/journal.db", 0) }
        for command in [["run", "cat"], ["dead-letters", "--retry"], ["status"]] {
            let end = try test.command(command, environment: ["TELEGRAM_API_URL": test.telegram.url])
            #expect(end.exit?.status == 65)
            #expect(end.errorText.contains("\(state)/journal.db is \(isGone ? "missing" : "empty")"))
            #expect(end.errorText.contains("journal.db-wal"))
            #expect(test.files.bytes(log) == changes)
            #expect(test.files.bytes("state/pipegram/7/journal.db") == (isGone ? nil : []))
        }
    }

    @Test func `a lock that is a link or not pipegram's stays as it is`() throws {
        let precious = test.files.write("precious", "precious")
        test.files.write("lock", "another program's")
        mkdir("\(test.files.path)/linked", 0o700)
        symlink(precious, "\(test.files.path)/linked/lock")
        for place in [test.files.path, "\(test.files.path)/linked"] {
            let gateway = try test.run(["--state", place], bot: "echo.sh")
            #expect(gateway.wait() == 73)
            #expect(gateway.errorText.contains("\(place)/lock"))
            #expect(gateway.errorText.contains("remove it"))
            #expect(test.files.read("precious") == "precious")
            #expect(test.files.read("lock") == "another program's")
        }
    }

    @Test func `a start deletes nothing that a bot keeps below the files directory`() throws {
        let id = test.telegram.addFile(Array("meow".utf8), path: "documents/file_1.txt")
        try run(["--ack-timeout", "20ms"])
        test.say(#"{"type":"telegram.download_file","file_id":"\#(id)","id":"d"}"#, in: 42)
        let fetched = "state/pipegram/7/files/chat-42/1/file_1.txt"
        #expect(test.wait { test.files.read(fetched) == "meow" })
        #expect(test.wait { (try? test.count("calls")) == 0 && (try? test.count("events")) == 0 })
        #expect(test.stop(SIGKILL) == 128 + SIGKILL)
        let kept =
            ["files/album/1/cat.jpg", "files/chat-42/2/notes.txt", "files/chat-42/1/copy.txt", "files/x/y"]
            .map { "state/pipegram/7/\($0)" } + ["outside/1/a", "outside/b"]
        for name in kept {
            let folder = name.split(separator: "/").dropLast().joined(separator: "/")
            try Directory.make("\(test.files.path)/\(folder)")
            test.files.write(name, "kept")
        }
        symlink("\(test.files.path)/outside", "\(state)/files/linked")
        try test.run(bot: "echo.sh")
        #expect(test.wait { test.files.read(fetched) == nil })
        test.say("x", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["x"] })
        for name in kept { #expect(test.files.read(name) == "kept", "\(name)") }
        #expect(test.stop() == 0)
        for name in kept { #expect(test.files.read(name) == "kept", "\(name)") }
    }
}
