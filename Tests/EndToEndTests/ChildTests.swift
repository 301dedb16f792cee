import Glibc
import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct ChildTests {
    @Test func `a child is started with its scope in its environment, and without the token`() throws {
        let test = try GatewayTest()
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

    @Test func `a child has three descriptors, and the limit that the gateway was started with`() throws {
        let test = try GatewayTest()
        try test.run(bot: "environment.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["ready"] })
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(test.files.read("descriptors") == "\(limit.rlim_cur)\n")
        // The fourth is the directory that ls itself reads.
        #expect(test.files.read("open") == "0\n1\n2\n3\n")
    }

    @Test func `an idle child is told so, and the next event starts the next child with its state`() throws {
        let test = try GatewayTest()
        let gateway = try test.run(["--idle-timeout", "200ms"], bot: "state.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1"] })
        #expect(test.waitForLog("status 0 (idle)"))
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1", "2"] })
        #expect(gateway.errors.filter { $0.contains("child started") }.count == 2)
    }

    @Test func `a child that follows a failed one is reaped as idle too`() throws {
        let test = try GatewayTest()
        let gateway = try test.run(["--idle-timeout", "200ms"], bot: "dies-unread.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("status 0 (idle)"))
        #expect(gateway.errorText.contains("starting again"))
    }

    @Test func `a child that asks to be kept alive is not reaped before its time`() throws {
        let test = try GatewayTest()
        let gateway = try test.run(["--idle-timeout", "100ms"], bot: "keeps-alive.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("(idle)"))
        let record = gateway.errors.first { $0.contains("(idle)") } ?? ""
        #expect(record.contains("child ended after 1"))
    }

    @Test func `a child that ignores the end of its input is sent SIGTERM, and may still speak`() throws {
        let test = try GatewayTest()
        let gateway = try test.run(
            ["--idle-timeout", "100ms", "--stop-grace", "200ms"], bot: "ignores-eof.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["terminated"] })
        #expect(
            gateway.errorText.contains("did not end within 0.2s of the end of its input, sending SIGTERM"))
    }

    @Test func `over the limit the longest idle child makes room`() throws {
        let test = try GatewayTest()
        let gateway = try test.run(["--max-children", "1"], bot: "last-words.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        test.say("x", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["hello"] })
        #expect(test.texts(in: 42) == ["hello", "bye: limit"])
        #expect(gateway.errorText.contains("(limit)"))
    }

    @Test func `an event whose child died without reading it goes to the next child`() throws {
        let test = try GatewayTest()
        let gateway = try test.run(bot: "dies-unread.sh")
        test.say("precious", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["precious"] })
        #expect(gateway.errorText.contains("without having read its event"))
        #expect(gateway.errorText.contains("starting again in 0.5s"))
    }

    @Test func `an event that a child had begun to read is given again, and marked`() throws {
        let test = try GatewayTest()
        try test.run(bot: "half-read.sh")
        test.say("precious", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 2 })
        let event = try JSON(parsing: test.transcript(of: 42)[1])
        #expect(event["text"] == "precious")
        #expect(event["redelivered"] == true)
    }

    @Test func `a child that exits after its event is followed by another for the next one`() throws {
        let test = try GatewayTest()
        try test.run(bot: "one-event.sh")
        for number in 1...5 { test.say("\(number)", in: 42) }
        #expect(test.wait { test.texts(in: 42) == ["1", "2", "3", "4", "5"] })
        #expect(test.gateway?.errorText.contains("warning") == false)
    }

    @Test func `a child that doesn't read costs bounded memory and holds up nobody`() throws {
        let test = try GatewayTest()
        let gateway = try test.run(["--stop-timeout", "200ms"], bot: "never-reads.sh")
        let text = String(repeating: "x", count: 4000)
        for _ in 1...100 { test.say("warm-up", in: 42) }
        test.say("hello", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["hello"] })
        let before = residentKB(gateway.pid)
        for _ in 1...2500 { test.say(text, in: 42) }
        test.say("still there?", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["hello", "still there?"] })
        // 10 MB of updates: some pages for reading the batches, and not the updates themselves.
        #expect(residentKB(gateway.pid) - before < 8_000)
        #expect(test.stop() == 0)
    }

    @Test func `a child that doesn't stop writing costs bounded memory and holds up nobody`() throws {
        let test = try GatewayTest()
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

    @Test func `children are gone when the gateway is killed`() throws {
        let test = try GatewayTest()
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

/// The resident memory of a process.
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
    @Test func `children that read their event end the trouble, also with --ack exit`() throws {
        let test = try GatewayTest()
        // Every other child dies at its start; the next one of its chat doesn't.
        let bot =
            #"case $PIPEGRAM_CHAT_ID in [135]) mkdir "$TRANSCRIPTS/$PIPEGRAM_CHAT_ID" 2>/dev/null && exit 9;; esac; cat >/dev/null; echo '{"type":"telegram.send_message","text":"x"}'"#
        let gateway = try test.run(["--ack", "exit", "--max-children", "1", "--", "sh", "-c", bot])
        for chat in 1...6 { test.say("x", in: Int64(chat)) }
        #expect(test.wait { (1...6).allSatisfy { test.texts(in: $0) == ["x"] } })
        #expect(test.stop() == 0)
        #expect(gateway.errors.count { $0.contains("status 9") } == 3)
        #expect(!gateway.errorText.contains("the bot dies at its start"))
    }

    @Test func `a bot that dies at every start is told of in one loud line`() throws {
        let test = try GatewayTest()
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
        #expect(test.waitForLog("children read their events again"))
        #expect(test.stop() == 0)
        // A child that had begun before may still say a word or two.
        #expect(gateway.errors.count { $0.contains("typo") } < 40)
        #expect(gateway.errors.count { $0.contains("without having read its event") } <= 3)
    }
}
