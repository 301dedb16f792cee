import Glibc
import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct StatusTests {
    private func json(_ test: GatewayTest, exit: Int32 = 0) throws -> JSON {
        let status = try test.command(["status", "--json"])
        #expect(status.exit?.status == exit, "\(status.errorText)")
        #expect(status.output.count == 1)
        return try JSON(parsing: status.output.first ?? "")
    }

    @Test func `a running gateway's children and their waiting events are shown`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "never-reads.sh")
        for number in 1...3 { test.say("\(number)", in: 42) }
        #expect(test.waitForLog("child started"))
        #expect(test.wait { (try? test.count("events")) == 3 && (try? test.count("children")) == 1 })
        let status = try json(test)
        #expect(status["running"] == true)
        #expect(status["pid"]?.integer == Int64(gateway.pid))
        #expect(status["bot_id"] == 7)
        #expect(status["bot_username"] == "demo_bot")
        #expect(status["offset"]?.integer == 9004)
        #expect(status["events"] == 3)
        let child = try #require(status["children"]?[0])
        #expect(child["scope"] == "chat:42")
        #expect(child["events"] == 3)
        let pid = try #require(child["pid"]?.integer)
        #expect(gateway.errorText.contains("pid=\(pid) child started"))
        let text = try test.command(["status"])
        #expect(text.exit?.status == 0)
        #expect(text.output.contains { $0.hasPrefix("bot") && $0.hasSuffix("@demo_bot, id 7") })
        #expect(text.output.contains { $0.split(separator: " ").prefix(2) == ["chat:42", "\(pid)"] })
        gateway.signal(SIGKILL)
        gateway.wait()
        let killed = try json(test, exit: 1)
        #expect(killed["running"] == false)
        #expect(killed["pid"]?.isNull == true)
        #expect(killed["stopped_at"]?.isNull == true)
        #expect(killed["children"]?.count == 0)
        #expect(killed["waiting"]?[0]?["events"] == 3)
        #expect(
            try test.command(["status"]).output.contains { $0.contains("killed, or the machine went down") })
    }

    @Test func `a stopped gateway's stop time is shown`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        #expect(test.stop() == 0)
        let status = try json(test, exit: 1)
        #expect(status["running"] == false)
        #expect(status["stopped_at"]?.integer != nil)
        #expect(status["uptime_seconds"]?.isNull == true)
        // Reading the status doesn't keep the next gateway from starting.
        try test.run(bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] })
    }

    @Test func `a copied state isn't a killed gateway's`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        #expect(test.stop() == 0)
        let copy = "\(test.files.path)/copy"
        #expect(try test.command(["state", "copy", "\(test.files.path)/state/pipegram/7", copy]).status == 0)
        let status = try test.command(["status", "--state", copy])
        #expect(status.output.contains { $0.hasSuffix("not started since 'pipegram state copy'") })
    }

    @Test func `a missing state gives exit status 66 and creates nothing`() throws {
        let test = try TestRig().gateway()
        let place = "\(test.files.path)/nothing"
        for command in [["status"], ["dead-letters"], ["dead-letters", "--retry"]] {
            let status = try test.command(command + ["--state", place])
            #expect(status.exit?.status == 66)
            #expect(
                status.errorText
                    == "pipegram: no gateway has run with this state: \(place); start one with 'pipegram run'"
            )
        }
        #expect(access(place, F_OK) != 0)
        #expect(try test.command(["status"], environment: ["TELEGRAM_BOT_TOKEN": ""]).exit?.status == 66)
        #expect(access("\(test.files.path)/state", F_OK) != 0)
    }

    @Test func `a broken journal is refused with exit status 65`() throws {
        let test = try TestRig().gateway()
        test.files.write("journal.db", String(repeating: "diary ", count: 999))
        let status = try test.command(["status", "--state", test.files.path])
        #expect(status.exit?.status == 65)
        #expect(status.errorText.contains("\(test.files.path)/journal.db is corrupt, or not a journal"))
    }

    @Test func `without a token the only bot's state is chosen, and several give an error`() throws {
        let test = try TestRig().gateway()
        let below = "\(test.files.path)/state/pipegram"
        let status = { (environment: [String: String]) in
            try test.command(
                ["status", "--json"],
                environment: ["TELEGRAM_BOT_TOKEN": ""].merging(environment) { $1 })
        }
        try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        #expect(test.stop() == 0)
        let only = try status([:])
        #expect(try JSON(parsing: only.output.first ?? "")["state"]?.string == "\(below)/7")
        #expect(rename("\(below)/7", "\(below)/12") == 0)
        try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        #expect(test.stop() == 0)
        let several = try status([:])
        #expect(several.exit?.status == 64)
        #expect(several.errorText.contains("choose one with\n  --state \(below)/7\n  --state \(below)/12"))
        #expect(try status(["TELEGRAM_BOT_TOKEN": "7:x"]).exit?.status == 1)
        #expect(try status(["TELEGRAM_BOT_TOKEN": "8:x"]).exit?.status == 66)
        #expect(try status(["STATE_DIRECTORY": "\(below)/12"]).exit?.status == 1)
    }

    @Test func `polls that fail are shown, and give exit status 1 until they are answered again`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--poll-timeout", "1s"], bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        #expect(test.wait { test.telegram.polls.count > 1 })
        gateway.signal(SIGUSR1)
        #expect(test.waitForLog("polls "))
        let before = try json(test)
        #expect(before["polling"] == true)
        #expect(try #require(before["last_poll_at"]?.integer) > 1_700_000_000)
        #expect(before["poll_errors"] == 0)
        test.telegram.fail(method: "getUpdates", times: 1000, with: .html(502))
        test.telegram.fail(method: "sendMessage", with: .error(403, "Forbidden: x"))
        #expect(test.waitForLog("answered with a server error"))
        gateway.signal(SIGUSR1)
        #expect(test.waitForLog("failing now"))
        let failing = try json(test, exit: 1)
        #expect(failing["running"] == true)
        #expect(failing["polling"] == false)
        #expect(try #require(failing["poll_errors"]?.integer) > 0)
    }

    @Test(arguments: [[], ["--no-state"]])
    func `SIGUSR1 logs the same`(_ options: [String]) throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(options, bot: "never-reads.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("child started"))
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        gateway.signal(SIGUSR1)
        #expect(test.waitForLog(" children: 1 "))
        #expect(test.wait { gateway.errors.contains { $0.contains(" notice   chat:42 ") } })
        #expect(gateway.errorText.contains("pid \(gateway.pid)"))
    }
}
