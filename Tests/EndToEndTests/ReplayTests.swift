import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.longOwnProcess) struct ReplayTests {
    let files = TemporaryDirectory()

    private func replay(
        _ arguments: [String], environment: [String: String] = [:], input: String = ""
    ) throws -> ProgramRun {
        try TestRig().pipegram(
            ["replay"] + arguments, environment: ["TRANSCRIPTS": files.path].merging(environment) { $1 }
        ).end(input: input)
    }

    private static func update(_ id: Int, chat: Int, _ text: String) -> String {
        #"{"update_id":\#(id),"message":{"message_id":\#(id),"chat":{"id":\#(chat),"type":"private"},"text":"\#(text)"}}"#
    }

    @Test func `calls are grouped by scope, in the order of the scopes' first updates`() throws {
        let log = [(1, 43), (2, 42), (3, 43), (4, 42)].map { Self.update($0, chat: $1, "\($0)") }
        let file = files.write("log", log.joined(separator: "\n"))
        let end = try replay([file, ProjectPaths.bot("echo.sh")])
        #expect(end.status == 0)
        #expect(end.errorText.isEmpty)
        #expect(
            end.output
                == [(43, 1), (43, 3), (42, 2), (42, 4)].map { chat, text in
                    #"{"type":"telegram.send_message","chat_id":\#(chat),"text":"\#(text)"}"#
                })
    }

    @Test func `unordered calls carry their scope`() throws {
        let file = files.write("log", Self.update(1, chat: 42, "x"))
        let end = try replay(["--unordered", file, ProjectPaths.bot("echo.sh")])
        #expect(
            end.output == [#"{"scope":"chat:42","type":"telegram.send_message","chat_id":42,"text":"x"}"#])
    }

    @Test func `a log may be lines, an array, a getUpdates answer, or pretty-printed`() throws {
        let one = Self.update(1, chat: 42, "1")
        let two = Self.update(2, chat: 42, "2")
        let pretty = two.replacing(",", with: ",\n    ").replacing("{", with: "{\n  ")
        for log in [
            "\(one)\n\(two)\n", "[\(one),\(two)]", #"{"ok":true,"result":[\#(one),\#(two)]}"#, one + two,
            "\(one)\n\n\(pretty)", "\u{FEFF}\(one)\r\n\(two)\r\n",
        ] {
            let end = try replay([files.write("log", log), ProjectPaths.bot("echo.sh")])
            #expect(end.status == 0)
            #expect(end.output.count == 2)
            let piped = try replay(["-", ProjectPaths.bot("echo.sh")], input: log)
            #expect(piped.status == 0)
            #expect(piped.output == end.output)
        }
    }

    @Test func `a malformed log gives exit status 65 and the position, a missing one 66`() throws {
        let log = "\(Self.update(1, chat: 42, "x"))\n{\"update_id\":2,\"message\":{oops}}\n"
        let malformed = try replay([files.write("log", log), ProjectPaths.bot("echo.sh")])
        #expect(malformed.status == 65)
        #expect(malformed.errorText.contains("line 2, column 30: string or '}' expected"))
        let missing = try replay(["/nowhere/log", "cat"])
        #expect(missing.status == 66)
        #expect(missing.errorText == "pipegram: /nowhere/log: No such file or directory")
    }

    @Test func `the same bot and log always give the same bytes`() throws {
        // Results come before the next event, however fast the bot is, because edits depend on them.
        let log = (1...120).map { Self.update($0, chat: 40 + $0 % 3, "\($0)") }
        let file = files.write("log", log.joined(separator: "\n"))
        let first = try replay([file, ProjectPaths.bot("edits.sh")])
        #expect(first.status == 0)
        #expect(first.output.count == 240)
        #expect(first.output[0].contains("send_message"))
        #expect(first.output[1].contains("edit_message_text"))
        for _ in 1...4 { #expect(try replay([file, ProjectPaths.bot("edits.sh")]).output == first.output) }
    }

    @Test func `a result is Telegram's, with the next message id`() throws {
        let file = files.write("log", Self.update(7, chat: 42, "x"))
        let end = try replay([file, ProjectPaths.bot("asks.sh")])
        #expect(end.status == 0)
        let line = try #require(files.read("42")?.split(separator: "\n").first)
        let result = try JSON(parsing: String(line))
        #expect(result["ok"] == true)
        #expect(result["result"]?["message_id"] == 8)
        #expect(result["result"]?["chat"]?["id"] == 42)
    }

    @Test func `scopes beyond the limit of children take turns`() throws {
        let log = (1...40).map { Self.update($0, chat: $0 % 10 + 1, "\($0)") }
        let file = files.write("log", log.joined(separator: "\n"))
        let end = try replay(["--max-children", "3", file, ProjectPaths.bot("echo.sh")])
        #expect(end.status == 0)
        #expect(end.output == (try replay([file, ProjectPaths.bot("echo.sh")]).output))
    }

    @Test func `a bot that exits after each event is restarted for each`() throws {
        let log = (1...12).map { Self.update($0, chat: 42, "\($0)") }
        let end = try replay([
            files.write("log", log.joined(separator: "\n")), ProjectPaths.bot("one-event.sh"),
        ])
        #expect(end.status == 0)
        #expect(end.output.count == 12)
    }

    @Test func `a crash gives exit status 1 and is located`() throws {
        let log = "\n\n\(Self.update(9, chat: 42, "x"))\n\(Self.update(10, chat: 42, "y"))"
        let end = try replay([files.write("log", log), ProjectPaths.bot("crashes.sh")])
        #expect(end.status == 1)
        #expect(end.errorText.contains("warning chat:42 pid="))
        #expect(end.errorText.contains("update=9 line=3 child ended"))
        #expect(end.errorText.contains("status 3"))
        #expect(end.errorText.contains("stderr: cannot go on"))
        #expect(end.errorText.contains("1 event not delivered"))
    }

    @Test func `a stray print gives exit status 1 and is shown`() throws {
        let file = files.write("log", Self.update(9, chat: 42, "x"))
        let end = try replay([file, "sh", "-c", "echo 'stray print'; cat >&2"])
        #expect(end.status == 1)
        #expect(end.errorText.contains("update=9 line=1 line dropped: not JSON"))
        #expect(end.errorText.contains(": stray print"))
    }

    @Test func `a call that Telegram would refuse gives exit status 1`() throws {
        let file = files.write("log", Self.update(9, chat: 42, ""))
        let end = try replay([file, ProjectPaths.bot("echo.sh")])
        #expect(end.status == 1)
        #expect(end.errorText.contains("Bad Request: message text is empty"))
    }

    @Test(arguments: ["ignores-eof.sh", "never-reads.sh"])
    func `a hang gives exit status 1 after the grace period`(_ bot: String) throws {
        let log = "\(Self.update(1, chat: 42, "x"))\n\(Self.update(2, chat: 42, "y"))"
        let end = try replay(["--stop-grace", "200ms", files.write("log", log), ProjectPaths.bot(bot)])
        #expect(end.status == 1)
        #expect(end.errorText.contains("sending SIGTERM"))
    }

    @Test func `a rejected call with an id is a note, also with --expect`() throws {
        let file = files.write("log", Self.update(9, chat: 42, "x"))
        let calls = files.write("calls", "")
        let bot = ProjectPaths.bot("falls-back.sh")
        let written = try replay(["--expect", calls, "--update", file, bot])
        #expect(written.status == 0)
        #expect(files.read("calls")?.split(separator: "\n").count == 2)
        let same = try replay(["--expect", calls, file, bot])
        #expect(same.status == 0)
        #expect(
            same.errorText.contains(" notice chat:42 sendMessage rejected: Bad Request: can't parse entities")
        )
    }

    @Test func `a replay delivers the scheduled events of its log, and no others`() throws {
        let wake =
            #"{"update_id":-7,"wake":{"at":1,"value":{"text":"tea"},"chat":{"id":42,"type":"private"}}}"#
        let file = files.write("log", "\(Self.update(1, chat: 42, "x"))\n\(wake)")
        let end = try replay(["--unordered", file, ProjectPaths.bot("wakes.sh")])
        #expect(end.status == 0)
        #expect(end.output.map { $0.contains("\"tea\"") } == [false, true], "\(end.output)")
    }

    @Test func `with --ack event a bot that awaits something is given the time`() throws {
        let log = (1...4).map { Self.update($0, chat: 42, "\($0)") }
        let file = files.write("log", log.joined(separator: "\n"))
        let end = try replay(["--ack", "event", file, ProjectPaths.bot("awaits.sh")])
        #expect(end.status == 0)
        #expect(end.errorText.isEmpty)
        #expect(end.output.count == 4)
    }

    @Test func `with --ack event a missing acknowledgement is named`() throws {
        let file = files.write("log", Self.update(9, chat: 42, "x"))
        let end = try replay([
            "--ack", "event", "--stop-grace", "300ms", file, ProjectPaths.bot("echo.sh"),
        ])
        #expect(end.status == 1)
        #expect(end.errorText.contains("child did not acknowledge its event within 0.3s, sending SIGTERM"))
        #expect(end.errorText.contains(#"must write {"type":"telegram.ack","update_id":9}"#))
        #expect(!end.errorText.contains("is its stdout buffered?"))
    }

    @Test func `with --ack exit each child gets one event`() throws {
        let log = (1...3).map { Self.update($0, chat: 42, "\($0)") }
        let file = files.write("log", log.joined(separator: "\n"))
        let bot = #"cat >/dev/null; sleep 0.1; echo '{"type":"telegram.send_message","text":"x"}'"#
        let end = try replay(["--ack", "exit", file, "--", "sh", "-c", bot])
        #expect(end.status == 0)
        #expect(end.output.count == 3)
        let plain = try replay(["--plain", "--ack", "event", file, "cat"])
        #expect(plain.status == 64)
    }

    @Test func `expected calls are compared as JSON`() throws {
        let log = "\(Self.update(1, chat: 42, "1"))\n\(Self.update(2, chat: 42, "2"))"
        let file = files.write("log", log)
        let calls = files.write("calls", "")
        let written = try replay(["--expect", calls, "--update", file, ProjectPaths.bot("echo.sh")])
        #expect(written.status == 0)
        #expect(written.output.isEmpty)
        #expect(files.read("calls")?.split(separator: "\n").count == 2)

        let swapped = #"{"text":"1","chat_id":42,"type":"telegram.send_message"}"#
        let second = #"{"type":"telegram.send_message","chat_id":42,"text":"2"}"#
        files.write("calls", "\(swapped)\n\(second)\n")
        let same = try replay(["--expect", calls, file, ProjectPaths.bot("echo.sh")])
        #expect(same.status == 0)
        #expect(same.output.isEmpty)

        files.write("calls", "\(swapped)\n")
        let longer = try replay(["--expect", calls, file, ProjectPaths.bot("echo.sh")])
        #expect(longer.status == 1)
        #expect(longer.output == ["@@ line 1 @@", " \(swapped)", "+\(second)"])

        let missing = try replay(["--expect", "/nowhere/calls", file, ProjectPaths.bot("echo.sh")])
        #expect(missing.status == 66)
        #expect(missing.errorText.contains("--update"))
    }

    @Test func `a full disk is reported for stdout`() throws {
        let file = files.write("log", Self.update(1, chat: 42, "x"))
        let run = try TestRig().run([
            "sh", "-c",
            "\(ProjectPaths.pipegram) replay \(file) -- \(ProjectPaths.bot("echo.sh")) >/dev/full; echo $?",
        ]).end()
        #expect(run.output == ["74"])
        #expect(run.errorText == "pipegram: stdout: No space left on device")
    }

    @Test func `a closed stdout ends the replay silently`() throws {
        let log = (1...2000).map { Self.update($0, chat: 42, "\($0)") }
        let file = files.write("log", log.joined(separator: "\n"))
        let command =
            "(\(ProjectPaths.pipegram) replay \(file) -- \(ProjectPaths.bot("echo.sh")); echo $? >&2) | head -n 1"
        let run = try TestRig().run(["sh", "-c", command]).end()
        #expect(run.output.count == 1)
        #expect(run.errorText == "141")
    }

    @Test func `a replay runs without stdin, stdout and stderr`() throws {
        let file = files.write("log", Self.update(1, chat: 42, "x"))
        let command =
            "\(ProjectPaths.pipegram) replay \(file) -- \(ProjectPaths.bot("echo.sh")) <&- >&- 2>&-; echo $?"
        let run = try TestRig().run(["sh", "-c", command]).end()
        #expect(run.output == ["0"])
    }
}
