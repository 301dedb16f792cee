import Glibc
import JSON
import TestSupport
import Testing

/// `--allow-chat`, `--allow-user`, `--allow-file`, `--max-age`, `--drop-pending`.
@Suite(.ownProcess) struct AllowTests {
    private func dropped(_ test: GatewayTest) throws -> [Int64?] {
        let status = try test.command(["status", "--json"])
        let json = try JSON(parsing: status.output.first ?? "")
        return ["dropped_not_allowed", "dropped_too_old", "events"].map { json[$0]?.integer }
    }

    private func sayLately(_ text: String, in chat: Int64, _ test: GatewayTest) {
        test.telegram.add(
            [
                "message_id": 1, "chat": ["id": JSON(chat), "type": "private"],
                "date": JSON(Int64(time(nil))),
                "text": JSON(text),
            ], as: "message")
    }

    @Test func `updates of others reach no child and no journal, and are confirmed and counted`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(
            ["--allow-chat", "42", "--allow-user", "@Grace", "--log-level", "debug"], bot: "echo.sh")
        test.say("secret", in: 6_000_000_666)
        test.telegram.add(["id": "5", "question": "?"], as: "poll")
        #expect(test.waitForLog("update=9002 dropped poll: not allowed"))
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        test.say("hello", in: 42)
        test.telegram.add(
            [
                "message_id": 1, "from": ["id": 8, "username": "grace"],
                "chat": ["id": -5, "type": "group"], "text": "hi",
            ], as: "message")
        #expect(test.wait { test.texts(in: 42) == ["hello"] && test.texts(in: -5) == ["hi"] })
        #expect(try dropped(test).prefix(2) == [2, 0])
        let text = try test.command(["status"])
        #expect(text.output.contains { $0.hasPrefix("dropped ") && $0.hasSuffix(" 2 not allowed") })
        #expect(gateway.errorText.contains("allow-list: 1 chat and 1 user"))
        #expect(gateway.errorText.contains("update=9001 dropped message: not allowed"))
        #expect(!gateway.errorText.contains("6000000666") && !gateway.errorText.contains("secret"))
        test.say("again", in: 6_000_000_666)
        #expect(test.waitForLog("update=9005 dropped message"))
        gateway.signal(SIGUSR1)
        #expect(test.waitForLog(" 3 not allowed"))
        #expect(test.stop() == 0)
        #expect(test.telegram.pendingUpdates == 0)
        #expect(try dropped(test) == [3, 0, 0])
        #expect(try test.count("children") == 0)
    }

    @Test func `without an allow-list anyone can use the bot, and the log says so`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] })
        #expect(test.waitForLog("info no allow-list: anyone can use this bot"))
        #expect(try dropped(test).prefix(2) == [0, 0])
    }

    @Test func `SIGHUP reads the file again, and a broken or missing one changes nothing`() throws {
        let test = try TestRig().gateway()
        let file = test.files.write("allowed", "# us\nchat 42\n")
        let gateway = try test.run(["--allow-file", file, "--log-level", "debug"], bot: "echo.sh")
        test.say("one", in: 42)
        test.say("one", in: 43)
        #expect(test.wait { test.texts(in: 42) == ["one"] })
        #expect(gateway.errorText.contains("allow-list: 1 chat and 0 users"))
        #expect(test.waitForLog("update=9002 dropped message"))

        let terminalHangup = { (words: String) in
            gateway.signal(SIGHUP)
            #expect(test.waitForLog(words))
            test.say(words, in: 42)
            #expect(test.wait { test.texts(in: 42).last == words })
        }
        test.files.write("allowed", "chat 43\nchat @42\n")
        terminalHangup("error --allow-file \(file), line 2: expected a chat's id")
        unlink(file)
        terminalHangup(
            "error --allow-file \(file): No such file or directory; the allow-list is unchanged")
        mkfifo(file, 0o600)
        terminalHangup("error --allow-file \(file), which must be a file")
        unlink(file)
        #expect(test.texts(in: 43).isEmpty)

        test.files.write("allowed", "user @ada\nchat 43\n")
        gateway.signal(SIGHUP)
        #expect(test.waitForLog("allow-list: 1 chat and 1 user"))
        test.say("two", in: 42)
        test.say("two", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["two"] })
        #expect(test.waitForLog("update=9006 dropped message"))
        #expect(test.stop() == 0)
    }

    @Test func `at startup an unusable file is an error before Telegram is contacted`() throws {
        let test = try TestRig().gateway()
        let end = { (options: [String]) in
            let gateway = try test.run(options, bot: "echo.sh")
            return (gateway.wait(), gateway.errorText)
        }
        let (missing, words) = try end(["--allow-file", "/nowhere/list"])
        #expect(missing == 66)
        #expect(words == "pipegram: --allow-file /nowhere/list: No such file or directory")
        let file = test.files.write("list", "user ada\n\n7:secret\n")
        let (broken, reason) = try end(["--allow-chat", "5", "--allow-file", file])
        #expect(broken == 65)
        #expect(
            reason == "pipegram: --allow-file \(file), line 3: expected 'chat ID', 'user ID' or 'user @name'")
        for (option, value) in [("--allow-chat", "@news"), ("--allow-user", "-5"), ("--max-age", "0s")] {
            let (status, words) = try end([option, value])
            #expect(status == 64)
            #expect(words.contains(option))
        }
        #expect(test.telegram.calls.isEmpty)
        test.files.write("list", "# nobody yet\n")
        try test.run(["--allow-file", file], bot: "echo.sh")
        #expect(test.waitForLog("warning the allow-list is empty"))
        #expect(test.stop() == 0)
    }

    @Test func `events accepted by an earlier run are delivered, and a group's new id is remembered`()
        throws
    {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--allow-chat", "-5", "--allow-chat", "42"], bot: "never-reads.sh")
        test.say("before", in: 42)
        test.telegram.add(
            ["message_id": 1, "chat": ["id": -5, "type": "group"], "migrate_to_chat_id": -1005], as: "message"
        )
        #expect(test.wait { (try? test.count("events")) == 2 && (try? test.count("migrations")) == 1 })
        gateway.signal(SIGKILL)
        gateway.wait()
        try test.run(["--allow-chat", "-5"], bot: "echo.sh")
        test.say("after", in: 42)
        test.telegram.add(
            ["message_id": 2, "chat": ["id": -1005, "type": "supergroup"], "text": "new"], as: "message")
        #expect(test.wait { test.texts(in: 42) == ["before"] && test.texts(in: -1005).last == "new" })
        #expect(test.stop() == 0)
        #expect(test.texts(in: 42) == ["before"])
    }

    @Test func `--max-age drops older updates and logs it`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--max-age", "10m"], bot: "echo.sh")
        test.say("yesterday", in: 42)
        #expect(test.waitForLog("info dropped 1 update older than 10m"))
        sayLately("today", in: 42, test)
        #expect(test.wait { test.texts(in: 42) == ["today"] })
        #expect(try dropped(test).prefix(2) == [0, 1])
        #expect(!gateway.errorText.contains("clock"))
        #expect(test.stop() == 0)
    }

    @Test func `--drop-pending drops Telegram's pending updates but not the journal's events`() throws {
        let test = try TestRig().gateway()
        let first = try test.run(bot: "never-reads.sh")
        test.say("journal", in: 42)
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        first.signal(SIGKILL)
        first.wait()
        for _ in 1...150 { test.say("backlog", in: 42) }
        try test.run(["--drop-pending"], bot: "echo.sh")
        #expect(test.waitForLog("notice --drop-pending: dropping 150 pending updates"))
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        test.say("new", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["journal", "new"] })
        #expect(test.stop() == 0)
    }
}
