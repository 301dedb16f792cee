import Glibc
import Reactor
import TestSupport
import Testing

@Suite(.ownProcess) struct DoctorTests {
    private let files = TemporaryDirectory()

    private func doctor(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> ProgramRun {
        let path = "/usr/bin:/bin:" + (getenv("PATH").map { String(cString: $0) } ?? "")
        let run = try TestRig().pipegram(
            ["doctor", "--state", "\(files.path)/state"] + arguments,
            environment: ["PATH": path].merging(environment) { $1 })
        run.wait()
        return run
    }

    @Test func `a healthy bot gets a success message and exit status 0`() throws {
        let run = try doctor([ProjectPaths.bot("last-words.sh")])
        #expect(run.exit?.status == 0)
        #expect(run.output.last == "no problems found")
        #expect(
            run.output.contains {
                $0.hasPrefix("ok    \(ProjectPaths.bot("last-words.sh")): it read 12 events")
            })
        #expect(run.output.contains { $0.hasPrefix("note  token: none is configured") })
        #expect(run.errorText == "")
    }

    @Test func `a bot that acknowledges is told of --ack event`() throws {
        let bot = ProjectPaths.bot("unreliable.sh")
        let environment = ["ODDS": "0", "TRANSCRIPTS": files.path, "PIPEGRAM_CHAT_ID": "1"]
        let run = try doctor(["--", bot], environment: environment)
        #expect(run.text.contains("note  \(bot):"), "\(run.text)")
        #expect(run.text.contains("telegram.ack, which has no effect without --ack event"), "\(run.text)")
        let told = try doctor(["--ack", "event", "--", bot], environment: environment)
        #expect(!told.text.contains("without --ack event"), "\(told.text)")
    }

    @Test func `problems are printed last and give exit status 1`() throws {
        let run = try doctor(["--", ProjectPaths.bot("broken-chatter.sh")])
        #expect(run.exit?.status == 1)
        #expect(
            run.output.suffix(2).first?.hasPrefix("wrong \(ProjectPaths.bot("broken-chatter.sh")):3: ")
                == true)
        #expect(run.output.last == "1 problem found")
    }

    @Test func `a rejected call with an id is a note`() throws {
        let run = try doctor([ProjectPaths.bot("falls-back.sh")])
        #expect(run.exit?.status == 0, "\(run.output)")
        #expect(
            run.output.contains {
                $0.hasPrefix("note ") && $0.contains("Telegram would reject its telegram.send_message")
            })
    }

    @Test func `with --ack event each event waits for its acknowledgement`() throws {
        let run = try doctor(["--ack", "event", "--", ProjectPaths.bot("awaits.sh")])
        #expect(run.exit?.status == 0, "\(run.output)")
        #expect(run.output.contains { $0.contains("it read 12 events, made 12 calls") }, "\(run.output)")
        let silent = try doctor([
            "--ack", "event", "--patience", "300ms", "--", ProjectPaths.bot("echo.sh"),
        ])
        #expect(silent.exit?.status == 1)
        #expect(silent.output.contains { $0.contains("doesn't acknowledge a plain message") })
    }

    @Test func `a bot that holds an event is told to stop, which takes a window`() throws {
        let holds = ["--ack", "event", "--patience", "300ms"]
        let narrow = try doctor(holds + ["--", ProjectPaths.bot("holds.sh")])
        #expect(narrow.exit?.status == 1, "\(narrow.output)")
        #expect(
            narrow.output.contains {
                $0.contains("it acknowledges a plain message only after a /stop") && $0.contains("--window 4")
            }, "\(narrow.output)")
        let wide = try doctor(
            holds + ["--window", "4", "--scope", "topic", "--", ProjectPaths.bot("holds.sh")])
        #expect(wide.exit?.status == 0, "\(wide.output)")
    }

    @Test func `a patience that no bot can meet is refused`() throws {
        let run = try doctor(["--patience", "0s", "--", "cat"])
        #expect(run.exit?.status == 64)
        #expect(run.errorText.contains("at least 100ms"), "\(run.errorText)")
    }

    @Test func `the help shows how to use it`() throws {
        let run = try TestRig().pipegram(["doctor", "--help"]).end()
        #expect(run.status == 0)
        #expect(run.output.contains { $0.contains("pipegram doctor -- ./bot.py") })
    }

    @Test func `an invalid token is not printed`() throws {
        let run = try doctor([], environment: ["TELEGRAM_BOT_TOKEN": "token: 123456:AAFxyzxyzxyzxyzxyzxyz"])
        #expect(run.exit?.status == 1)
        #expect(
            run.output.contains { $0.hasPrefix("wrong token: $TELEGRAM_BOT_TOKEN has more than the token") })
        #expect(!run.output.description.contains("AAF"))
    }

    @Test func `a plain program that buffers its output gets advice to flush it`() throws {
        let run = try doctor(["--plain", "--", "tr", "a-z", "A-Z"])
        #expect(run.exit?.status == 1)
        #expect(
            run.output.contains {
                $0.hasPrefix("wrong tr: its stdout is buffered") && $0.contains("stdbuf -oL")
            })
        #expect(try doctor(["--plain", "--", "cat"]).exit?.status == 0)
    }

    @Test func `with a token Telegram is checked without losing updates, and the bot starts as in run`()
        throws
    {
        let test = try TestRig().gateway()
        let bot = files.write(
            "bot.sh",
            "#!/bin/sh\n[ -z \"$TELEGRAM_BOT_TOKEN\" ] && [ -n \"$PIPEGRAM_CHAT_ID\" ] && exec cat >/dev/null\n"
        )
        test.say("hello", in: 42)
        let run = try test.start(["doctor", "--", bot])
        #expect(run.wait() == 0)
        #expect(run.output.contains("ok    token: @demo_bot, id 7"))
        #expect(
            run.output.contains(
                "ok    updates: some are pending at Telegram; no other program polls for them"))
        #expect(run.output.contains { $0.hasPrefix("ok    \(bot): it read 12 events, wrote nothing") })
        #expect(test.telegram.pendingUpdates == 1)
    }
}
