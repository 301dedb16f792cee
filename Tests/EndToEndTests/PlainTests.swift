import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@Suite(.ownProcess) struct PlainTests {
    private func replay(
        _ updates: [JSON], _ program: [String], _ options: [String] = []
    ) throws -> ProgramRun {
        let files = TemporaryDirectory()
        let log = updates.map { $0.description + "\n" }.joined()
        let run = try TestRig().pipegram(
            ["replay", "--plain"] + options + [files.write("updates.ndjson", log), "--"] + program)
        run.wait()
        return run
    }

    private func message(_ id: Int, _ text: String) -> JSON {
        [
            "update_id": JSON(id),
            "message": [
                "message_id": JSON(id), "chat": ["id": 42, "type": "private"], "date": 1_700_000_000,
                "text": JSON(text),
            ],
        ]
    }

    @Test func `a program reads each message as a line, and its output becomes a message`() throws {
        let test = try TestRig().gateway()
        try test.run(["--plain", "--", "cat"])
        test.say("1+1", in: 42)
        test.say("two\nlines", in: 43)
        #expect(test.wait { test.texts(in: 42) == ["1+1"] && test.texts(in: 43) == ["two lines"] })
        test.say("again", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1+1", "again"] })
        #expect(test.stop() == 0)
    }

    @Test func `a plain program gets no scope line, no results and no disconnect line`() throws {
        let test = try TestRig().gateway()
        let program =
            "echo hi; while read -r line; do echo \"$line\" >> \"$TRANSCRIPTS/42\"; done; echo END >> \"$TRANSCRIPTS/42\""
        try test.run(["--plain", "--", "sh", "-c", program])
        test.say("one", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hi"] && test.transcript(of: 42) == ["one"] })
        #expect(test.stop() == 0)
        #expect(test.transcript(of: 42) == ["one", "END"])
    }

    @Test func `output is collected until a pause, even without a newline`() throws {
        let test = try TestRig().gateway()
        let program =
            "while read -r line; do echo a; echo b; printf 'c\\360\\237'; printf '\\221\\213> '; done"
        try test.run(["--plain", "--", "sh", "-c", program])
        test.say("go", in: 42)
        #expect(test.wait { !test.texts(in: 42).isEmpty })
        #expect(test.texts(in: 42) == ["a\nb\nc👋> "])
        test.say("go", in: 42)
        #expect(test.wait { test.texts(in: 42).count == 2 })
        #expect(test.stop() == 0)
    }

    @Test func `the outputs for different messages aren't mixed`() throws {
        let run = try replay(
            (1...3).map { message($0, "\($0)") },
            ["sh", "-c", "while read -r a; do echo $a; echo -; done; echo bye"])
        #expect(run.exit?.status == 0)
        #expect(run.outputTexts == ["1\n-", "2\n-", "3\n-", "bye"])
    }

    @Test func `a long answer is split at a line's end`() throws {
        let run = try replay([message(1, "x")], ["sh", "-c", "read -r a; seq 1 2000"])
        let texts = run.outputTexts
        #expect(texts.count == 3)
        #expect(texts.allSatisfy { $0.utf16.count <= 4096 && !$0.hasPrefix("\n") })
        #expect(texts.joined(separator: "\n").split(separator: "\n").map { Int($0) } == (1...2000).map { $0 })
    }

    @Test func `a message without text starts no program`() throws {
        let joined: JSON = [
            "update_id": 1,
            "message": ["message_id": 1, "chat": ["id": 42, "type": "private"], "new_chat_title": "x"],
        ]
        let run = try replay([joined], ["sh", "-c", "echo started"])
        #expect(run.output == [])
        #expect(run.exit?.status == 0)
    }

    @Test func `a program that never reads again is ended`() throws {
        let files = TemporaryDirectory()
        let run = try TestRig().pipegram([
            "replay", "--plain", "--stop-grace", "100ms",
            files.write("updates.ndjson", message(1, "x").description), "--", "sh", "-c",
            "read -r a; while :; do :; done",
        ])
        #expect(run.wait() == 1)
        #expect(run.errorText.contains("did not read on"))
    }

    @Test func `a message whose program crashed is redelivered`() throws {
        let test = try TestRig().gateway()
        let program =
            "read -r line; if [ -e \"$TRANSCRIPTS/42\" ]; then echo \"second $line\"; cat; else touch \"$TRANSCRIPTS/42\"; exit 3; fi"
        try test.run(["--plain", "--", "sh", "-c", program])
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["second x"] })
        #expect(test.stop() == 0)
    }

    @Test func `a slow program is shown as typing, one that has answered or waits isn't`() throws {
        let test = try TestRig().gateway()
        let program = """
            while read -r line; do case $line in slow) sleep 30;; quick) echo done;; esac; done
            """
        try test.run(["--plain", "--stop-grace", "0s", "--", "sh", "-c", program])
        test.say("quick", in: 42)
        test.say("nothing", in: 44)
        #expect(test.wait { test.texts(in: 42) == ["done"] })
        test.say("slow", in: 43)
        #expect(test.wait { test.actions(in: 43) == ["typing"] })
        // The gateway got to these chats first.
        #expect(test.actions(in: 42) == [])
        #expect(test.actions(in: 44) == [])
        _ = test.stop()
    }

    @Test func `with --typing a bot that works on an event is shown as typing`() throws {
        let test = try TestRig().gateway()
        let program = "read -r scope; read -r event; sleep 30"
        try test.run(["--typing", "--stop-grace", "0s", "--", "sh", "-c", program])
        test.say("slow", in: 43)
        #expect(test.wait { test.actions(in: 43) == ["typing"] })
        _ = test.stop()
    }

    @Test func `a program that echoes its input doesn't give out files that a user names`() throws {
        let files = TemporaryDirectory()
        let secret = files.write("secret", "secret")
        let texts = ["file://\(secret)", "file://\(secret) x", "x file://\(secret)"]
        let updates = texts.enumerated().map { message($0 + 1, $1) }
        let root = ["--upload-root", files.path]
        let whole = try replay(updates, ["cat"], root)
        #expect(whole.outputTexts == texts)
        let word = try replay(
            updates, ["sh", "-c", "while read -r word rest; do echo $word; done"], root)
        #expect(word.outputTexts == ["file://\(secret)", "file://\(secret)", "x"])
        let own = try replay([message(1, "go")], ["sh", "-c", "read -r line; echo file://\(secret)"], root)
        #expect(own.output.count == 1)
        #expect(own.output.first?.contains("send_document") == true)
    }

    /// A program of the system that answers lines of text, and not JSON.
    private func calculator(_ files: TemporaryDirectory) -> [String: String] {
        files.write(
            "calc",
            "#!/bin/sh\nwhile read -r line; do case $line in [0-9]*) echo 42;; *) echo 'syntax error' >&2;; esac; done\n"
        )
        return ["PATH": "\(files.path):/usr/bin:/bin"]
    }

    @Test func `chat and doctor suggest --plain for a program that prints text or answers no JSON`() throws {
        let files = TemporaryDirectory()
        let variables = calculator(files)
        let text = ["sh", "-c", "while read -r line; do echo yes; done"]
        for (program, shown) in [(["calc"], "calc"), (text, "sh -c '\(text[2])'")] {
            let chat = try TestRig().pipegram(["chat", "--"] + program, environment: variables)
                .end(input: "1+1\n2+2\n")
            let advice = "If it reads and prints plain text, use: pipegram chat --plain -- \(shown)"
            #expect(chat.errors.count { $0.hasSuffix(advice) } == 1, "\(chat.errorText)")
            let doctor = try TestRig().pipegram(["doctor", "--"] + program, environment: variables).end()
            #expect(
                doctor.output.count { $0.hasSuffix("use: pipegram doctor --plain -- \(shown)") } == 1,
                "\(doctor.output)")
        }
        let plain = try TestRig().pipegram(["chat", "--plain", "--", "calc"], environment: variables)
            .end(input: "1+1\n")
        #expect(plain.output == ["42"])
        #expect(plain.errorText == "")
    }

    @Test func `a bot with a stray print after its first call isn't taken for a plain program`() throws {
        let bot = #"echo '{"type":"telegram.send_message","text":"hi"}'; echo stray; cat >/dev/null"#
        let chat = try TestRig().pipegram(["chat", "--", "sh", "-c", bot]).end(input: "x\n")
        #expect(chat.errorText.contains("line dropped: not JSON"))
        #expect(!chat.errorText.contains("--plain"), "\(chat.errorText)")
    }

    @Test func `a program that doesn't read is told to, with the loop that does it`() throws {
        let end = try TestRig().pipegram(["chat", "--plain", "--", "echo", "hi"]).end(input: "x\n")
        #expect(end.output == ["hi"])
        #expect(end.status == 1)
        #expect(end.errorText.contains("status 0, before it read its event (it must read a line for each"))
        #expect(end.errorText.contains("sh -c 'while read -r line; do date; done'"))
        #expect(end.errorText.contains("1 event not delivered: the child ended without reading"))
    }

    @Test func `--plain doesn't work with --ack event`() throws {
        let run = try TestRig().pipegram(["run", "--plain", "--ack", "event", "--", "cat"]).end()
        #expect(run.status == 64)
        #expect(run.errorText.contains("--ack"))
    }

    @Test func `--interrupt stops what the program does, and nothing else`() throws {
        let test = try TestRig().gateway()
        let program = "while read -r line; do echo \"$line\"; [ \"$line\" != work ] || sleep 100; done"
        let gateway = try test.run(["--plain", "--interrupt", "/stop", "--", "sh", "-c", program])
        test.say("work", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["work"] })
        test.say("/stop", in: 42)
        test.say("next", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["work", "next"] })
        #expect(test.stop() == 0)
        #expect(gateway.errors.allSatisfy { !$0.contains("warning") }, "\(gateway.errorText)")
    }

    @Test func `--stream and --markdown show a growing draft, and send a rich message`() throws {
        let test = try TestRig().gateway()
        let program =
            "while read -r line; do printf '# %s' \"$line\"; until [ -e \"$TRANSCRIPTS/go\" ]; do sleep 0.02; done; echo ' end'; done"
        try test.run(["--plain", "--stream", "--markdown", "--", "sh", "-c", program])
        test.say("title", in: 42)
        let texts = { (method: String) in
            test.telegram.calls.filter { $0.method == method }.map {
                ($0.parameters["text"] ?? $0.parameters["rich_message"]?["markdown"])?.string
            }
        }
        #expect(test.wait { texts("sendMessageDraft") == ["# title"] })
        test.files.write("go", "")
        #expect(test.wait { texts("sendRichMessage") == ["# title end"] })
        #expect(test.stop() == 0)
    }

    @Test func `a script's chat ends although the program went on after a long silence`() throws {
        let program = "while read -r line; do echo a; sleep 1.5; echo b; sleep 1.5; echo c; done"
        let run = try TestRig().pipegram([
            "chat", "--plain", "--interrupt", "/stop", "--", "sh", "-c", program,
        ]).end(input: "go\n/stop\n")
        #expect(run.status == 0)
        #expect(run.output == ["a", "b", "c"])
    }

    @Test func `--plain-quiet joins the lines of a slow program`() throws {
        let test = try TestRig().gateway()
        let program = "while read -r a; do for w in 1 2 3; do echo $w; sleep 0.3; done; done"
        try test.run(["--plain", "--plain-quiet", "2s", "--", "sh", "-c", program])
        test.say("go", in: 42)
        #expect(test.wait { !test.texts(in: 42).isEmpty })
        #expect(test.texts(in: 42) == ["1\n2\n3"])
        #expect(test.stop() == 0)
        let refused = try test.rig.pipegram(["chat", "--plain-quiet", "2s", "--", "cat"]).end()
        #expect(refused.status == 64)
        #expect(refused.errorText.contains("--plain-quiet requires --plain"))
    }

    @Test func `a progress line becomes its last state, and colours are removed`() throws {
        let test = try TestRig().gateway()
        let program =
            #"while read -r a; do printf '10%%\r'; sleep 0.3; printf '50%%\r'; sleep 0.3; printf '\033[32m100%%\033[0m\n'; done"#
        try test.run(["--plain", "--", "sh", "-c", program])
        test.say("go", in: 42)
        #expect(test.wait { !test.texts(in: 42).isEmpty })
        #expect(test.texts(in: 42) == ["100%"])
        #expect(test.stop() == 0)
    }
}

extension ProgramRun {
    /// The texts of the messages that it sent.
    fileprivate var outputTexts: [String] {
        output.compactMap { try? JSON(parsing: $0) }.compactMap { $0["text"]?.string }
    }
}
