import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// `examples/agent`: its bot, and the stand-in for an agent, which does what a prompt's first word says.
@Suite(.ownProcess) struct AgentTests {
    private static let folder = "\(ProjectPaths.root)/examples/agent"

    private let test: GatewayTest

    init() throws { test = try TestRig().gateway() }

    /// Starts the gateway with the options that the example's first comment names.
    private func run(_ more: [String] = []) throws {
        let options = [
            "--allow-chat", "42", "--scope", "topic", "--ack", "event", "--window", "16", "--typing",
            "--workdir", workdir, "--stop-grace", "200ms",
        ]
        try test.run(
            options + more + ["--", "\(Self.folder)/bot.py", "\(Self.folder)/stand-in.py"],
            environment: ["DRAFT_SECONDS": "0.05"])
    }

    private var workdir: String { "\(test.files.path)/work" }

    private func calls(_ method: String) -> [JSON] {
        test.telegram.calls.filter { $0.method == method && $0.wasCarriedOut }.map(\.parameters)
    }

    private func texts(_ method: String = "sendMessage") -> [String] {
        calls(method).compactMap { $0["text"]?.string }
    }

    /// The newest draft.
    private var draft: String { texts("sendMessageDraft").last ?? "" }

    private var isAsked: Bool { calls("sendMessage").contains { $0["reply_markup"] != nil } }

    private var isAllAcknowledged: Bool {
        (try? test.count("events")) == 0 && (try? test.count("calls")) == 0
    }

    private func press(_ button: String) throws {
        _ = try test.telegram.telegram.perform("pressButton", ["button": JSON(button)], as: 42, files: [])
            .get()
    }

    /// Kills the child with SIGKILL.
    private func killChild() throws {
        let record = test.gateway?.errors.last { $0.contains("child started") } ?? ""
        let field = try #require(record.split(separator: " ").first { $0.hasPrefix("pid=") })
        kill(try #require(pid_t(field.dropFirst(4))), SIGKILL)
        // An event that came before the gateway knows of the end would be marked as redelivered.
        #expect(
            test.wait {
                test.gateway?.errors.contains { $0.contains(" \(field) ") && $0.contains("child ended") }
                    == true
            })
    }

    @Test func `the answer is shown in drafts while the agent writes, and then sent`() throws {
        try run()
        test.say("wait go", in: 42)
        #expect(test.wait { draft == "Before," })
        #expect(texts() == [])
        test.files.write("work/go", "")
        #expect(test.wait { texts() == ["Before, after."] })
        #expect(calls("sendMessageDraft").allSatisfy { $0["draft_id"] == 1 && $0["can_stop"] == true })
        #expect(test.wait { isAllAcknowledged })
        #expect(test.stop() == 0)
    }

    @Test(arguments: [("Allow", "It is written."), ("Reject", "It isn't written.")])
    func `a button answers the agent's request for permission`(_ button: String, _ answer: String) throws {
        try run()
        test.say("write notes.txt", in: 42)
        #expect(test.wait { isAsked })
        #expect(texts() == ["Write notes.txt"])
        #expect(try test.count("events") == 1)
        try press(button)
        #expect(test.wait { texts().last == "One moment.\n\n\(answer)" })
        #expect(test.wait { texts("editMessageText") == ["Write notes.txt: \(button)"] })
        #expect(test.files.names("work").contains("notes.txt") == (button == "Allow"))
        #expect(test.wait { isAllAcknowledged })
        #expect(calls("answerCallbackQuery").count == 1)
    }

    @Test(arguments: ["/stop", "/stop@demo_bot", "the draft's button"])
    func `a user stops the running turn, and the next prompt is answered`(_ way: String) throws {
        try run()
        test.say("count", in: 42)
        #expect(test.wait { draft.hasPrefix("1 2 3") })
        if way.hasPrefix("/") {
            test.say(way, in: 42)
        } else {
            test.telegram.add(
                ["chat": ["id": 42, "type": "private"], "draft_id": 1], as: "stopped_message_generation")
        }
        #expect(test.wait { texts().count == 1 })
        #expect(texts()[0].hasPrefix("1 2 3"))
        #expect(texts()[0].hasSuffix("\n\ncancelled"))
        test.say("hello", in: 42)
        #expect(test.wait { texts().last == "hello" })
        #expect(test.wait { isAllAcknowledged })
    }

    @Test func `a stop also answers the open request for permission`() throws {
        try run()
        test.say("write notes.txt", in: 42)
        #expect(test.wait { isAsked })
        test.say("/stop", in: 42)
        #expect(test.wait { texts().last == "One moment.\n\nIt isn't written.\n\ncancelled" })
        // The button is still there, but changes nothing.
        try press("Allow")
        #expect(test.wait { calls("answerCallbackQuery").count == 1 })
        #expect(test.wait { isAllAcknowledged })
        #expect(!test.files.names("work").contains("notes.txt"))
    }

    @Test(arguments: ["kill -9 of the child", "kill -9 of the gateway", "stop of the gateway"])
    func `an end in mid-turn loses nothing: the prompt is redelivered and the session resumed`(
        _ end: String
    ) throws {
        try run()
        test.say("hello", in: 42)
        #expect(test.wait { texts() == ["hello"] && isAllAcknowledged })
        test.say("wait go", in: 42)
        test.say("later", in: 42)
        let edit: JSON = ["message_id": 1, "chat": ["id": 42, "type": "private"], "text": "edited"]
        test.telegram.add(edit, as: "edited_message")
        // The bot has acknowledged the edit alone, and holds both prompts.
        #expect(
            test.wait {
                draft == "Before," && test.telegram.pendingUpdates == 0 && (try? test.count("events")) == 2
            })
        if end == "kill -9 of the child" {
            try killChild()
        } else {
            #expect(test.stop(end.hasPrefix("kill") ? SIGKILL : SIGTERM) >= 0)
            try run()
        }
        test.files.write("work/go", "")
        test.say("history", in: 42)
        let again = "\n\n(Sent again after an interruption.)"
        let later = "later\(again)"
        let all = ["hello", "Before, after.", later, "hello\nwait go\(again)\n\(later)"]
        #expect(test.wait { texts() == all }, "\(texts())")
        #expect(test.wait { isAllAcknowledged })
        #expect(try test.count("dead_letters") == 0)
        #expect(test.stop() == 0)
    }

    @Test func `a photo and a voice note reach the agent as files in its working directory`() throws {
        try run()
        let photo = test.telegram.addFile(Array("a photo".utf8), path: "photos/file_1.jpg")
        let voice = test.telegram.addFile(Array("a voice note".utf8), path: "voice/file_2.oga")
        let message: JSON = [
            "message_id": 7, "from": ["id": 42, "is_bot": false, "first_name": "Ada"],
            "chat": ["id": 42, "type": "private", "first_name": "Ada"], "date": 1_700_000_000,
        ]
        var look = message
        look.set("photo", [["file_id": "small"], ["file_id": JSON(photo), "file_unique_id": "AQADx"]])
        look.set("caption", "look")
        var listen = message
        listen.set("voice", ["file_id": JSON(voice), "file_unique_id": "AgADy", "duration": 2])
        test.telegram.add(look, as: "message")
        test.telegram.add(listen, as: "message")
        #expect(
            test.wait {
                texts() == ["look\nAQADx.jpg: 7 bytes", "See this file.\nAgADy.ogg: 12 bytes"]
            }, "\(texts())")
        #expect(test.files.read("work/AgADy.ogg") == "a voice note")
        #expect(test.wait { isAllAcknowledged })
    }

    @Test func `a long answer is cut at line ends into messages that Telegram accepts`() throws {
        try run()
        test.say("long", in: 42)
        let expected = (0..<200).map { "\($0) 👋 \(String(repeating: "x", count: 50))" }.joined(
            separator: "\n")
        #expect(test.wait { texts().joined() == expected }, "\(texts())")
        #expect(texts().count == 3)
        #expect(texts().allSatisfy { $0.utf16.count <= 4096 })
        #expect(texts().dropLast().allSatisfy { $0.hasSuffix("x\n") })
    }

    @Test func `an answer that isn't Markdown for Telegram is sent as plain text`() throws {
        try run()
        test.say("2 * 3 in snake_case", in: 42)
        #expect(test.wait { texts().count == 2 })
        #expect(texts() == ["2 * 3 in snake_case", "2 * 3 in snake_case"])
        #expect(calls("sendMessage").map { $0["parse_mode"]?.string } == ["Markdown", nil])
        #expect(test.wait { isAllAcknowledged })
    }

    @Test func `an error of the agent is shown, and the next prompt is answered`() throws {
        try run()
        test.say("fail", in: 42)
        test.say("hello", in: 42)
        #expect(test.wait { texts() == ["the model is overloaded", "hello"] })
        #expect(test.wait { isAllAcknowledged })
    }

    @Test func `a prompt waits while the agent opens no session`() throws {
        mkdir(workdir, 0o700)
        test.files.write("work/logged-out", "")
        try run(["--max-deliveries", "1"])
        test.say("hello", in: 42)
        #expect(test.waitForLog("session/new: log in first"))
        unlink("\(workdir)/logged-out")
        #expect(test.wait { texts() == ["hello"] }, "\(texts())")
        #expect(test.wait { isAllAcknowledged })
        #expect(try test.count("dead_letters") == 0)
    }
}
