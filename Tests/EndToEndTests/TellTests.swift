import Glibc
import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct TellTests {
    private let test: GatewayTest

    init() throws { test = try TestRig().gateway() }

    private func start(_ options: [String] = []) throws {
        try test.run(options, bot: "transcript.sh")
        #expect(test.waitForLog("waiting for updates"))
    }

    private func told(in chat: Int64) -> [JSON] {
        test.transcript(of: chat).compactMap { try? JSON(parsing: $0) }
            .filter { $0["type"] == "telegram.told" }
    }

    private func kill() {
        test.gateway?.signal(SIGKILL)
        test.gateway?.wait()
    }

    @Test func `a told value is an event of the scope's child, which is started for it`() throws {
        try start()
        let tell = try test.command(["tell", "chat:42", #"{"backup":[1,"done"]}"#])
        #expect(tell.exit?.status == 0, "\(tell.errorText)")
        #expect(tell.output.isEmpty && tell.errors.isEmpty)
        #expect(test.wait { self.told(in: 42).count == 1 })
        let event = try #require(told(in: 42).first)
        #expect(event["value"] == ["backup": [1, "done"]])
        #expect(event["chat"] == ["id": 42, "type": "private"])
        #expect((event["update_id"]?.integer ?? 0) < 0)
        #expect(event["redelivered"] == nil)
        #expect(test.wait { (try? test.count("events")) == 0 })
        #expect(test.stop() == 0)
    }

    @Test func `text comes from stdin, and to a plain program as a line`() throws {
        try test.run(["--plain", "--", "sed", "-u", "s/^/got /"])
        #expect(test.waitForLog("waiting for updates"))
        let tell = try test.rig.pipegram(["tell", "--text", "chat:42"], environment: test.variables)
        #expect(tell.end(input: "disk full\n").status == 0, "\(tell.errorText)")
        #expect(try test.command(["tell", "chat:42", "{}"]).status == 0)
        let user = try test.command(["tell", "--text", "user:42", "lost"])
        #expect(user.status == 64 && user.errorText.contains("only in a chat, such as chat:42"))
        #expect(try test.command(["tell", "--text", "chat:42", "again"]).status == 0)
        #expect(test.wait { test.texts(in: 42).joined(separator: "\n") == "got disk full\ngot again" })
        #expect(test.stop() == 0)
    }

    @Test func `an event told before a kill is delivered after it, and so is one told meanwhile`() throws {
        try test.run(["--ack", "event"], bot: "never-reads.sh")
        #expect(test.waitForLog("waiting for updates"))
        #expect(try test.command(["tell", "chat:42", "1"]).status == 0)
        kill()
        #expect(try test.command(["tell", "chat:42", "2"]).status == 0)
        #expect(try test.command(["tell", "user:7", "3"]).status == 0)
        #expect(try test.count("events") == 3)
        try start()
        #expect(test.wait { self.told(in: 42).count == 2 })
        #expect(told(in: 42).map { $0["value"] } == [1, 2])
        #expect(test.wait { (try? test.count("events")) == 0 })
        #expect(test.stop() == 0)
    }

    @Test func `an event told before the bot is signed in is delivered once it is`() throws {
        test.telegram.fail(method: "getMe", with: .error(502, "Bad Gateway"))
        try test.run(bot: "transcript.sh")
        #expect(test.wait { access("\(test.files.path)/state/pipegram/7/control.sock", F_OK) == 0 })
        #expect(try test.command(["tell", "chat:42", "1"]).status == 0)
        #expect(test.wait { self.told(in: 42).count == 1 })
        #expect(test.stop() == 0)
    }

    @Test func `told events keep their order among many clients' and with the updates`() throws {
        try start()
        let runs = try (0..<20).map { number in
            try test.rig.pipegram(
                ["tell", "chat:\(number % 2 + 1)", "\(number)"], environment: test.variables)
        }
        for run in runs { #expect(run.wait() == 0, "\(run.errorText)") }
        #expect(test.wait { self.told(in: 1).count + self.told(in: 2).count == 20 })
        let values = (told(in: 1) + told(in: 2)).compactMap { $0["value"]?.integer }
        #expect(Set(values) == Set(0..<20))
        #expect(test.stop() == 0)
    }

    @Test func `many events told without a gateway are all kept`() throws {
        try start()
        #expect(test.stop() == 0)
        let runs = try (0..<10).map {
            try test.rig.pipegram(["tell", "chat:42", "\($0)"], environment: test.variables)
        }
        for run in runs { #expect(run.wait() == 0, "\(run.errorText)") }
        #expect(try test.count("events") == 10)
    }

    @Test func `what can't be told is refused in words`() throws {
        let never = try test.command(["tell", "chat:42", "1"])
        #expect(never.status == 66 && never.errorText.contains("no gateway has run"))
        try start()
        let cases: [(arguments: [String], status: Int32, text: String)] = [
            (["chat:x", "1"], 64, "Invalid scope 'chat:x'"), (["chat:42", "{"], 65, "add --text"),
            (["chat:0", "1"], 64, "Invalid scope 'chat:0'"),
            (["user:-1", "1"], 64, "Invalid scope 'user:-1'"),
            (["chat:42/topic:0", "1"], 64, "has no such id"),
            (["--text", "chat:0", "1"], 64, "has no such id"),
            (["chat:42", "disk", "full"], 64, "The value has 2 words"),
            (["chat:42", "\"\(String(repeating: "x", count: 70_000))\""], 65, "65536 are allowed"),
            (["--state", "postgresql://bot@db/pipegram", "chat:42", "1"], 64, "needs a state directory"),
        ]
        for (arguments, status, text) in cases {
            let tell = try test.command(["tell"] + arguments)
            #expect(tell.status == status && tell.errorText.contains(text), "\(tell.errorText)")
        }
        #expect(test.stop() == 0)
    }

    @Test func `a scope that the gateway's --scope doesn't have is refused, also after its end`() throws {
        try start()
        let topic = "Invalid scope 'chat:-1001/topic:3': with --scope chat, the gateway's scopes are chat:ID"
        func refuse() throws {
            let tell = try test.command(["tell", "chat:-1001/topic:3", "1"])
            #expect(tell.status == 64 && tell.errorText.contains(topic), "\(tell.errorText)")
            #expect(try test.command(["tell", "bot", "1"]).status == 64)
        }
        try refuse()
        #expect(test.stop() == 0)
        try refuse()
        #expect(try test.count("events") == 0)
    }

    @Test func `several words are one text, and an empty stdin is no value`() throws {
        try start()
        #expect(try test.command(["tell", "--text", "chat:42", "disk", "full"]).status == 0)
        #expect(test.wait { self.told(in: 42).map { $0["value"] } == ["disk full"] })
        for option in [[], ["--text"]] {
            let tell = try test.rig.pipegram(["tell"] + option + ["chat:42"], environment: test.variables)
            let end = tell.end(input: "")
            #expect(end.status == 65 && end.errorText.contains("stdin is empty"), "\(end.errorText)")
        }
        #expect(test.stop() == 0)
    }
}
