import Glibc
import TestSupport
import Testing

@Suite(.ownProcess) struct PairingTests {
    private func code(in gateway: ProgramRun) -> String? {
        let line = gateway.errors.last { $0.contains("pairing code: ") }
        return line?.split(separator: " ").first { $0.contains("-") && $0.hasSuffix(".") && $0.count == 10 }
            .map { String($0.dropLast()) }
    }

    @Test func `who sends the code can use the bot from then on, also after a restart without --pair`() throws
    {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--pair"], bot: "echo.sh")
        #expect(test.waitForLog("pairing code: "))
        test.say("hello?", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["This bot is private."] })
        test.say(try #require(code(in: gateway)), in: 42)
        #expect(test.wait { test.texts(in: 42) == ["You can use this bot now."] })
        test.say("hello", in: 42)
        #expect(test.wait { test.texts(in: 42).last == "hello" })
        gateway.signal(SIGHUP)
        test.say("again", in: 42)
        #expect(test.wait { test.texts(in: 42).last == "again" })
        #expect(test.stop() == 0)
        try test.run(bot: "echo.sh")
        let file = "\(test.files.path)/state/pipegram/7/paired"
        #expect(test.waitForLog("allow-list: 0 chats and 1 user (1 user from \(file))"))
        #expect(
            try test.command(["status"]).output.contains {
                $0.hasPrefix("paired ") && $0.hasSuffix(" 1 user from \(file)")
            })
        test.say("let me in", in: 43)
        test.say("still here", in: 42)
        #expect(test.wait { test.texts(in: 42).last == "still here" })
        #expect(test.texts(in: 43) == ["This bot is private."])
        #expect(test.stop() == 0)
    }

    @Test func `shutting out the last user doesn't open the bot`() throws {
        let test = try TestRig().gateway()
        try test.run(["--pair"], bot: "echo.sh")
        #expect(test.waitForLog("pairing code: "))
        #expect(test.stop() == 0)
        test.files.write("state/pipegram/7/paired", "user 42\n")
        let gateway = try test.run(bot: "echo.sh")
        #expect(test.waitForLog("allow-list: 0 chats and 1 user"))
        test.files.write("state/pipegram/7/paired", "# nobody\n")
        gateway.signal(SIGHUP)
        #expect(test.waitForLog("warning the allow-list is empty"))
        unlink("\(test.files.path)/state/pipegram/7/paired")
        gateway.signal(SIGHUP)
        #expect(test.wait { gateway.errors.count { $0.contains("the allow-list is empty") } == 2 })
        test.say("let me in", in: 42)
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        #expect(test.stop() == 0)
        #expect(test.texts(in: 42).isEmpty)
    }

    @Test func `a file of paired users that can't be read ends the start`() throws {
        let test = try TestRig().gateway()
        try test.run(["--pair"], bot: "echo.sh")
        #expect(test.waitForLog("pairing code: "))
        #expect(test.stop() == 0)
        test.files.write("state/pipegram/7/paired", "user 42 43\n")
        let gateway = try test.run(["--pair"], bot: "echo.sh")
        gateway.wait()
        #expect(gateway.errorText.contains("paired, line 1: expected 'chat ID', 'user ID' or 'user @name'"))
    }

    @Test func `options that can't have their effect are warned of`() throws {
        for (options, words) in [
            (["--pair", "--no-state"], "forgotten when the gateway stops"),
            (["--tell-strangers"], "--tell-strangers has no effect"),
        ] {
            let test = try TestRig().gateway()
            let gateway = try test.run(options, bot: "echo.sh")
            #expect(test.waitForLog(words))
            #expect(gateway.errors.count { $0.contains(words) } == 1)
            #expect(test.stop() == 0)
        }
    }

    @Test func `a journal in PostgreSQL has no place for paired users`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--pair", "--state", "postgresql://x@127.0.0.1/x"], bot: "echo.sh")
        gateway.wait()
        #expect(gateway.errorText.contains("--pair needs a state directory"))
    }
}
