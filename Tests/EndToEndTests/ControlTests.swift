import Glibc
import JSON
import TestSupport
import Testing

@testable import Reactor

@Suite(.ownProcess) struct ControlTests {
    private let test: GatewayTest
    private let directory: String

    init() throws {
        test = try TestRig().gateway()
        directory = "\(test.files.path)/state/pipegram/7"
    }

    private var socket: String { "\(directory)/control.sock" }

    private func start(_ options: [String] = []) throws {
        try test.run(options, bot: "transcript.sh")
        #expect(test.waitForLog("waiting for updates"))
    }

    /// A client that writes lines byte for byte.
    private final class Client {
        let connection: LineConnection
        private(set) var lines: [JSON] = []
        private(set) var isClosed = false

        init(at path: String, on loop: EventLoop) throws {
            connection = try LineConnection(to: path, lineLimit: 1 << 20, on: loop)
            connection.onLine = { [unowned self] line in
                if case .whole(let text) = line, let json = try? JSON(parsing: text) { lines.append(json) }
            }
            connection.onClose = { [unowned self] in isClosed = true }
            connection.onInputEnd = { [unowned self] in isClosed = true }
        }

        func write(_ text: String) { connection.write(Array(text.utf8)) }
    }

    private func client() throws -> Client { try Client(at: socket, on: test.loop) }

    @Test func `the socket is the user's alone, greets, and is gone after a stop`() throws {
        try start()
        var status = stat()
        #expect(lstat(socket, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let client = try client()
        client.write(#"{"type":"status","id":"a"}"# + "\n")
        #expect(test.wait { client.lines.count == 2 })
        #expect(client.lines.first?["type"] == "hello" && client.lines.first?["version"] == 1)
        #expect(client.lines.first?["bot_id"] == 7)
        #expect(client.lines.last?["id"] == "a" && client.lines.last?["ok"] == true)
        #expect(client.lines.last?["result"]?["report"]?["running"] == true)
        #expect(test.stop() == 0)
        #expect(test.wait { client.isClosed })
        #expect(access(socket, F_OK) != 0)
    }

    @Test func `a client that writes without a pause doesn't keep the gateway from its work`() throws {
        try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        let client = try client()
        client.write(String(repeating: #"{"type":"status"}"# + "\n", count: 5000))
        test.say("hello", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        #expect(client.lines.count < 5000)
        #expect(test.wait { client.lines.count == 5001 })
        #expect(test.stop() == 0)
    }

    @Test func `a killed gateway's socket is replaced, and another file left as it is`() throws {
        try start()
        test.gateway?.signal(SIGKILL)
        test.gateway?.wait()
        #expect(access(socket, F_OK) == 0)
        try start()
        #expect(try client().isClosed == false)
        #expect(test.stop() == 0)
        test.files.write("state/pipegram/7/control.sock", "kept")
        try start()
        #expect(test.waitForLog("no control socket"))
        #expect(test.stop() == 0)
        #expect(test.files.read("state/pipegram/7/control.sock") == "kept")
    }

    @Test func `a state directory's path may be longer than a socket's address`() throws {
        let deep = (0..<4).map { String(repeating: "\($0)", count: 60) }.joined(separator: "/")
        let state = "\(test.files.path)/\(deep)"
        try start(["--state", state])
        #expect(UnixAddress("\(state)/control.sock") == nil)
        let tell = try test.command(["tell", "--state", state, "chat:42", "1"])
        #expect(tell.status == 0, "\(tell.errorText)")
        #expect(test.wait { test.transcript(of: 42).contains { $0.contains("telegram.told") } })
        #expect(test.stop() == 0)
        #expect(access("\(state)/control.sock", F_OK) != 0)
    }

    @Test func `garbage, long lines and requests without an end are refused, and the rest works`() throws {
        try start()
        let client = try client()
        client.write(
            "\0\u{1}oops\n[1]\n\n{\"type\":\"fly\",\"id\":5}\n{\"type\":\"tell\",\"scope\":\"chat:1\"}\n")
        client.write(String(repeating: "x", count: 2 << 20) + "\n")
        client.write(#"{"type":"tell","id":6,"scope":"chat:42","value":null}"# + "\n")
        #expect(test.wait { client.lines.count == 8 })
        #expect(client.lines.dropFirst().dropLast().allSatisfy { $0["ok"] == false && $0["error"] != nil })
        #expect(client.lines[4]["id"] == 5)
        #expect(client.lines.last?["id"] == 6 && client.lines.last?["ok"] == true)
        client.write(#"{"type":"tell""#)
        client.connection.close()
        #expect(try test.command(["tell", "chat:42", "1"]).status == 0)
        #expect(test.wait { test.transcript(of: 42).count { $0.contains("telegram.told") } == 2 })
        #expect(test.stop() == 0)
    }

    @Test func `a client that doesn't read its replies is disconnected`() throws {
        try start()
        let client = try client()
        client.connection.isPaused = true
        let requests = String(repeating: "{\"type\":\"status\"}\n", count: 100)
        #expect(
            test.wait {
                if client.connection.unread < 1 << 16 { client.write(requests) }
                return client.isClosed
            })
        #expect(try test.command(["tell", "chat:42", "1"]).status == 0)
        #expect(test.stop() == 0)
    }

    @Test func `more silent clients than it takes wait, and others come in once they leave`() throws {
        try start()
        let silent = try (0..<70).map { _ in try client() }
        #expect(test.wait { silent.count { !$0.lines.isEmpty } == 64 })
        let tell = try test.rig.pipegram(["tell", "chat:42", "1"], environment: test.variables)
        for client in silent { client.connection.close() }
        #expect(tell.wait() == 0, "\(tell.errorText)")
        #expect(test.stop() == 0)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can be two users"))
    func `another user's client is refused, even where the socket is open to all`() throws {
        try start()
        var path = socket
        chmod(path, 0o777)
        while path.count > 1, let name = path.baseName {
            path = String(path.dropLast(name.count + 1))
            if path.hasPrefix(test.files.path) { chmod(path, 0o755) }
        }
        let script = """
            import os, socket, sys
            os.setgroups([])
            os.setuid(65534)
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            print(s.makefile().read(), end="")
            """
        let run = try test.rig.run(["python3", "-c", script, socket])
        #expect(run.wait() == 0, "\(run.errorText)")
        #expect(run.text.contains("this socket is another user's"))
        #expect(test.waitForLog("refused a client of another user"))
        #expect(test.stop() == 0)
    }
}
