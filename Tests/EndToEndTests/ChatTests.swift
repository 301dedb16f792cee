import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.ownProcess) struct ChatTests {
    let files = TemporaryDirectory()

    private func run(
        _ command: String, _ arguments: [String], typing lines: [String] = []
    ) throws -> ProgramRun {
        try TestRig().pipegram([command] + arguments).end(input: lines.joined(separator: "\n"))
    }

    @Test func `lines from a pipe are sent to the bot, and its answers printed unchanged`() throws {
        let end = try run(
            "chat", ["--", ProjectPaths.bot("echo.sh")], typing: ["hello", "привет 👋", "/start", ""])
        #expect(end.output == ["hello", "привет 👋", "/start"])
        #expect(end.errorText.isEmpty)
        #expect(end.status == 0)
    }

    @Test func `an address without --web is refused`() throws {
        let end = try run("chat", ["--listen", "127.0.0.1:0", "--", "cat"])
        #expect(end.status == 64)
        #expect(end.errorText.contains("--listen is the address of --web"), "\(end.errorText)")
    }

    @Test
    func `with --web, a message reaches the bot, the traffic has its lines, and the log can be replayed`()
        throws
    {
        let rig = try TestRig()
        let log = "\(files.path)/web.ndjson"
        let bot = ProjectPaths.bot("echo.sh")
        let chat = try rig.pipegram(["chat", "--web", "--log", log, "--", bot])
        _ = rig.loop.run(until: { !chat.output.isEmpty || chat.exit != nil }, within: .seconds(20))
        let url = try #require(chat.output.first).dropFirst("listening on ".count)
        func ask(_ path: String, _ body: JSON? = nil) -> JSON? {
            let body = body.map { HTTPClient.Body.json($0.bytes) } ?? HTTPClient.Body.none
            let request = HTTPClient.Request(
                url: "\(url)/simulator\(path)", body: body, timeout: .seconds(20))
            let answer = HTTPAnswer(to: request, from: client)
            _ = rig.loop.run(until: { answer.isThere }, within: .seconds(20))
            return answer.json
        }
        let client = rig.client()
        _ = ask("/users/ada/sendMessage", ["text": "hello"])
        let actions = ask("/actions?kind=message&timeout=20")
        #expect(actions?["result"]?[0]?["message"]?["text"] == "hello")
        let traffic = ask("/traffic")?["result"]?.elements ?? []
        let order = ["update", "event", "line", "call"]
        #expect(
            traffic.map { $0.keys[3] }.filter(order.contains) == ["update", "event", "event", "line", "call"])
        let events = traffic.compactMap { $0["event"] }
        #expect(events.map { $0["json"]?["type"] } == ["telegram", "telegram.message"])
        #expect(events.map { $0["scope"] } == ["chat:1001", "chat:1001"] && events[0]["chat_id"] == 1001)
        let line = traffic.compactMap { $0["line"] }.first
        #expect(line?["json"] == ["type": "telegram.send_message", "text": "hello"])
        chat.signal(SIGINT)
        #expect(chat.wait() == 0, "\(chat.errorText)")
        let calls = "\(files.path)/web.calls.ndjson"
        #expect(chat.errorText.contains("replay it with: pipegram replay --expect \(calls) \(log) -- \(bot)"))
        #expect(try run("replay", ["--expect", calls, log, "--", bot]).status == 0)
        #expect(try String(decoding: File.read(calls), as: UTF8.self).contains("hello"))
        #expect(try run("chat", ["--web", "--log", log, "--", bot]).errorText.contains("already exists"))
    }

    @Test func `an overlong line isn't sent, and the text after a quit isn't either`() throws {
        let long = String(repeating: "x", count: 1 << 20 + 1)
        let end = try run("chat", [ProjectPaths.bot("echo.sh")], typing: [long, "hello", "/quit", "more"])
        #expect(end.output == ["hello"])
        #expect(end.errorText.contains("line dropped: it is longer than 1048576 bytes"))
        #expect(end.status == 1)
        #expect(try run("chat", [ProjectPaths.bot("echo.sh")], typing: ["/quit", "more"]).output.isEmpty)
    }

    @Test func `each line waits until the bot has processed the previous one`() throws {
        let lines = (1...8).map(String.init)
        let end = try run("chat", [ProjectPaths.bot("edits.sh")], typing: lines)
        #expect(end.output == lines.flatMap { [$0, "edited: edited"] })
        let plain = try run(
            "chat", ["--plain", "sh", "-c", "while read -r x; do echo \"$x!\"; done"], typing: lines)
        #expect(plain.output == lines.map { "\($0)!" })
    }

    @Test func `with --ack event a line waits until the bot has acknowledged the previous one`() throws {
        let end = try run(
            "chat", ["--ack", "event", "--", ProjectPaths.bot("awaits.sh")], typing: ["1", "2"])
        #expect(end.output == ["done", "done"])
        #expect(end.status == 0)
        let log = "\(files.path)/awaits.ndjson"
        let saved = try run(
            "chat", ["--ack", "event", "--log", log, "--", ProjectPaths.bot("awaits.sh")], typing: ["1"])
        #expect(saved.status == 0)
        #expect(saved.errorText.contains("pipegram replay --ack event --expect"), "\(saved.errorText)")
    }

    @Test func `a scheduled event comes while the chat runs`() throws {
        let rig = try TestRig()
        let log = "\(files.path)/wakes.ndjson"
        let run = try rig.pipegram(["chat", "--log", log, ProjectPaths.bot("wakes.sh")])
        run.write("tea\n")
        #expect(rig.wait { run.output == ["soon", "tea"] })
        run.endInput()
        #expect(run.wait() == 0)
        #expect(files.read("wakes.ndjson")?.contains(#","wake":{"at":"#) == true)
        let calls = "\(files.path)/wakes.calls.ndjson"
        #expect(try self.run("replay", ["--expect", calls, log, ProjectPaths.bot("wakes.sh")]).status == 0)
    }

    @Test func `a rejected call with an id is a note`() throws {
        let end = try run("chat", [ProjectPaths.bot("falls-back.sh")], typing: ["hello"])
        #expect(end.status == 0)
        #expect(end.output == ["1.5"])
        #expect(end.errorText.contains(" notice chat:"), "\(end.errorText)")
        #expect(end.errorText.contains("sendMessage rejected: 400 Bad Request: can't parse entities"))
    }

    @Test func `a crash, a bad line, a refused call or a misused command gives exit status 1`() throws {
        let end = try run(
            "chat", [ProjectPaths.bot("lively.sh")],
            typing: ["bang", "hello", "nothing", "/press", "/press 1"])
        #expect(end.output == ["hello"])
        #expect(end.status == 1)
        for words in [
            "stderr: that hurt", "status 3; the next message restarts it",
            "sendMessage rejected: 400 Bad Request: message text is empty",
            "usage: /press 2",
            "the chat has no such button",
        ] { #expect(end.errorText.contains(words), "\(words)") }
        #expect(end.errors.count { $0.contains("that hurt") } == 1)
        for line in ["bang", "/press", "nothing", "junk"] {
            #expect(try run("chat", [ProjectPaths.bot("lively.sh")], typing: [line]).status == 1, "\(line)")
        }
    }

    @Test func `a saved session is a test that replay passes`() throws {
        let photo = files.write("cat.png", [UInt8]("\u{89}PNG".utf8))
        let log = "\(files.path)/session.ndjson"
        let end = try run(
            "chat", ["--log", log, "--", ProjectPaths.bot("lively.sh")],
            typing: [
                "hello", "/menu", "/press Yes", "/as Bob", "hi", "/group Club", "/say all", "/as You",
                "/menu",
                "/press 2", "/edit /say some", "/private", "/photo \(photo)",
            ])
        #expect(end.status == 0, "\(end.errorText)")
        #expect(
            end.output == [
                "hello", "What?", "[1 Yes] [2 No]", "answer: thanks", "edited: pressed", "hi", "/say all",
                "What?",
                "[1 Yes] [2 No]", "answer: thanks", "edited: pressed", "you meant /say some",
                "[photo 800×600, 5 bytes]",
            ])
        let words = try #require(end.errorText.split(separator: "pipegram replay ").last)
        let replay = try run("replay", words.split(separator: " ").map(String.init))
        #expect(replay.status == 0, "\(replay.errorText)")
        #expect(replay.output.isEmpty)
        #expect(files.read("session.calls.ndjson")?.split(separator: "\n").count == 11)

        let again = try run("chat", ["--log", log, "--", ProjectPaths.bot("echo.sh")])
        #expect(again.status == 73)
        #expect(again.errorText.contains("session.ndjson already exists"))
    }

    @Test func `with --watch a changed program is restarted`() throws {
        func script(_ answer: String) -> String {
            """
            #!/bin/sh
            . '\(files.path)/mark.sh'
            while read -r line; do
                case $line in
                *telegram.message*) echo '{"type":"telegram.send_message","text":"\(answer)'$mark'"}' ;;
                esac
            done
            """
        }
        files.write("mark.sh", "mark=.")
        let bot = files.write("bot.sh", script("old"))
        let rig = try TestRig()
        let run = try rig.pipegram(["chat", "--watch", bot])
        run.write("x\n")
        #expect(rig.wait { run.output == ["old."] })
        files.write("bot.sh", script("new"))
        #expect(rig.wait { run.errorText.contains("bot.sh changed") })
        run.write("y\n")
        #expect(rig.wait { run.output == ["old.", "new."] })
        // Files that a script loads are watched too.
        files.write("mark.sh", "mark=!")
        #expect(rig.wait { run.errorText.contains("mark.sh changed") })
        run.write("z\n")
        #expect(rig.wait { run.output == ["old.", "new.", "new!"] })
        run.endInput()
        #expect(run.wait() == 0)
    }
}
