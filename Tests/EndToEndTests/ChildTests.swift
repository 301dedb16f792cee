import Glibc
import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct ChildTests {
    @Test func `a child starts with its scope in the environment, and without the token`() throws {
        let test = try TestRig().gateway()
        let token = test.telegram.token
        try test.run(
            bot: "environment.sh",
            environment: ["TELEGRAM_BOT_TOKEN_FILE": "x", "MY_TOKEN": "it is \(token)", "KEPT": "yes"])
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["ready"] })
        let variables = test.files.read("environment")?.split(separator: "\n").map(String.init) ?? []
        let expected = [
            "PIPEGRAM_SCOPE=chat:42", "PIPEGRAM_CHAT_ID=42", "PIPEGRAM_CHAT_TYPE=private",
            "PIPEGRAM_BOT_ID=7",
            "PIPEGRAM_BOT_USERNAME=demo_bot", "PYTHONUNBUFFERED=1", "KEPT=yes",
        ]
        for variable in expected { #expect(variables.contains(variable)) }
        #expect(variables.contains { $0.hasPrefix("PIPEGRAM_VERSION=") })
        #expect(!variables.contains { $0.contains("TELEGRAM_BOT_TOKEN") || $0.contains(token) })
        #expect(!variables.contains { $0.hasPrefix("PIPEGRAM_USER_ID=") })
        #expect(test.files.read("parent")?.contains(token) == false)
    }

    @Test func `a child has three descriptors and the gateway's original descriptor limit`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "environment.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["ready"] })
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(test.files.read("descriptors") == "\(limit.rlim_cur)\n")
        // The fourth is the directory that ls reads.
        #expect(test.files.read("open") == "0\n1\n2\n3\n")
    }

    @Test func `an idle child is stopped, and the next event starts another with its state`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--idle-timeout", "200ms"], bot: "state.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1"] })
        #expect(test.waitForLog("status 0 (idle)"))
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1", "2"] })
        #expect(gateway.errors.filter { $0.contains("child started") }.count == 2)
    }

    @Test func `a child that replaces a failed one is also stopped when idle`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--idle-timeout", "200ms"], bot: "dies-unread.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("status 0 (idle)"))
        #expect(gateway.errorText.contains("restarting in"))
    }

    @Test func `a child that asks to be kept alive isn't stopped early`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--idle-timeout", "100ms"], bot: "keeps-alive.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("(idle)"))
        let record = gateway.errors.first { $0.contains("(idle)") } ?? ""
        #expect(record.contains("child ended after 1"))
    }

    @Test func `a child that ignores the end of its input gets SIGTERM and may still make calls`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(
            ["--idle-timeout", "100ms", "--stop-grace", "200ms"], bot: "ignores-eof.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["terminated"] })
        #expect(
            gateway.errorText.contains("did not end within 0.2s of the end of its input, sending SIGTERM"))
    }

    @Test func `over the limit the child that has been idle longest is stopped`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--max-children", "1"], bot: "last-words.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        test.say("x", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["hello"] })
        #expect(test.texts(in: 42) == ["hello", "bye: limit"])
        #expect(gateway.errorText.contains("(limit)"))
    }

    @Test func `an event that a dying child didn't read goes to the next child unmarked`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "dies-unread.sh")
        test.say("precious", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["precious"] })
        #expect(gateway.errorText.contains("before it read its event"))
        #expect(gateway.errorText.contains("restarting in 0.5s"))
    }

    @Test func `an event that a dying child had begun to read is redelivered and marked`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "half-read.sh")
        test.say("precious", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 2 })
        let event = try JSON(parsing: test.transcript(of: 42)[1])
        #expect(event["text"] == "precious")
        #expect(event["redelivered"] == true)
    }

    @Test func `a child that exits after each event is replaced for the next one`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "one-event.sh")
        for number in 1...5 { test.say("\(number)", in: 42) }
        #expect(test.wait { test.texts(in: 42) == ["1", "2", "3", "4", "5"] })
        #expect(test.gateway?.errorText.contains("warning") == false)
    }

    @Test func `a child that doesn't read uses bounded memory and delays no other`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--stop-timeout", "200ms"], bot: "never-reads.sh")
        let text = String(repeating: "x", count: 4000)
        for _ in 1...100 { test.say("warm-up", in: 42) }
        test.say("hello", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["hello"] })
        let before = residentKB(gateway.pid)
        for _ in 1...2500 { test.say(text, in: 42) }
        test.say("still there?", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["hello", "still there?"] })
        // The updates are 10 MB. Only the buffers for reading them stay.
        #expect(residentKB(gateway.pid) - before < 8_000)
        #expect(test.stop() == 0)
    }

    @Test func `a child that never stops writing uses bounded memory and delays no other`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--stop-timeout", "200ms"], bot: "floods.sh")
        test.telegram.fail(method: "sendMessage", times: .max, chat: 42, with: .hang)
        test.say("hello", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["hello"] })
        let before = residentKB(gateway.pid)
        test.say("go", in: 42)
        #expect(test.wait { test.telegram.calls.contains { $0.parameters["chat_id"] == 42 } })
        for number in 1...20 {
            test.say("\(number)", in: 43)
            #expect(test.wait { test.texts(in: 43).last == "\(number)" })
        }
        #expect(residentKB(gateway.pid) - before < 8_000)
        _ = test.stop()
    }

    @Test func `killing the gateway kills its children`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "ignores-sigterm.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("child started"))
        let record = gateway.errors.first { $0.contains("child started") } ?? ""
        let pid = record.split(separator: " ").first { $0.hasPrefix("pid=") }.flatMap {
            pid_t($0.dropFirst(4))
        }
        let child = try #require(pid)
        #expect(Processes.isAlive(child))
        kill(gateway.pid, SIGKILL)
        #expect(test.wait { !Processes.isAlive(child) })
    }
}

/// The resident memory of a process, in KB.
func residentKB(_ pid: pid_t) -> Int {
    let descriptor = open("/proc/\(pid)/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &text, text.count)
    let lines = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("VmRSS:") } ?? ""
    return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
}

@Suite(.ownProcess) struct BrokenBotTests {
    @Test func `a child that reads its event ends the crash loop, also with --ack exit`() throws {
        let test = try TestRig().gateway()
        // The first child of every other chat dies at its start. The second one works.
        let bot =
            #"case $PIPEGRAM_CHAT_ID in [135]) mkdir "$TRANSCRIPTS/$PIPEGRAM_CHAT_ID" 2>/dev/null && exit 9;; esac; cat >/dev/null; echo '{"type":"telegram.send_message","text":"x"}'"#
        let gateway = try test.run(["--ack", "exit", "--max-children", "1", "--", "sh", "-c", bot])
        for chat in 1...6 { test.say("x", in: Int64(chat)) }
        #expect(test.wait { (1...6).allSatisfy { test.texts(in: $0) == ["x"] } })
        #expect(test.stop() == 0)
        #expect(gateway.errors.count { $0.contains("status 9") } == 3)
        #expect(!gateway.errorText.contains("the bot dies at its start"))
    }

    @Test func `a bot that dies at every start is logged in one error`() throws {
        let test = try TestRig().gateway()
        let bot = test.files.write("bot", "#!/bin/sh\necho 'line 7: typo' >&2\nexit 2\n")
        let gateway = try test.run(["--", bot])
        for chat in 1...30 { test.say("x", in: Int64(chat)) }
        #expect(test.waitForLog("the bot dies at its start"))
        let loud = gateway.errors.filter { $0.contains("the bot dies at its start") }
        #expect(loud.count == 1)
        #expect(loud[0].contains(" error "))
        #expect(loud[0].contains("status 2"))
        #expect(loud[0].contains("line 7: typo"))
        test.files.write("new", "#!/bin/sh\nexec \(ProjectPaths.bot("echo.sh"))\n")
        rename("\(test.files.path)/new", bot)
        #expect(test.wait { (1...30).allSatisfy { test.texts(in: $0) == ["x"] } })
        #expect(test.waitForLog("a child has read its event"))
        #expect(test.stop() == 0)
        // Children that had already started may log one more line each.
        #expect(gateway.errors.count { $0.contains("typo") } < 40)
        #expect(gateway.errors.count { $0.contains("before it read its event") } <= 3)
    }
}
