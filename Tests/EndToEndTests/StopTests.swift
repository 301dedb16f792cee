import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@Suite(.ownProcess) struct StopTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal lets children finish, sends their calls and confirms the offset`(_ signal: Int32) throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "last-words.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        #expect(test.stop(signal) == 0)
        #expect(test.texts(in: 42) == ["hello", "bye: stop"])
        #expect(test.telegram.pendingUpdates == 0)
        #expect(gateway.errorText.contains("stopping"))
    }

    @Test func `a batch that was just delivered is confirmed by a stop`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "last-words.sh")
        #expect(test.wait { !test.telegram.polls.isEmpty })
        test.say("x", in: 42)
        #expect(test.wait { test.telegram.polls.count == 2 || gateway.errorText.contains("child started") })
        #expect(test.stop() == 0)
        #expect(test.telegram.pendingUpdates == 0)
        #expect(test.texts(in: 42) == ["hello", "bye: stop"])
    }

    @Test func `waiting events are delivered before the stop`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        for number in 1...50 { test.say("\(number)", in: 42) }
        #expect(test.wait { !test.texts(in: 42).isEmpty })
        #expect(test.stop() == 0)
        #expect(test.texts(in: 42) == (1...50).map(String.init))
    }

    @Test func `a child that doesn't read is ended in time`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--stop-grace", "200ms"], bot: "never-reads.sh")
        for number in 1...3 { test.say("\(number)", in: 42) }
        #expect(test.waitForLog("child started"))
        #expect(test.stop() == 0)
        #expect(gateway.errorText.contains("sending SIGTERM"))
        #expect(gateway.errorText.contains("3 events and 0 calls left in the journal for the next start"))
        #expect(!gateway.errorText.contains("stopping took longer"))
    }

    @Test func `a stop doesn't exceed its timeout`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--stop-timeout", "300ms"], bot: "ignores-sigterm.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("child started"))
        #expect(test.stop() == 0)
        #expect(gateway.errorText.contains("stopping took longer than 0.3s: 1 child killed"))
    }

    @Test func `a child isn't waited for while its call is rate-limited for longer than the stop may take`()
        throws
    {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--stop-grace", "60s"], bot: "echo.sh")
        test.telegram.fail(method: "sendMessage", with: .tooManyRequests(retryAfter: 300))
        test.say("x", in: 42)
        #expect(test.waitForLog("rate-limited"))
        gateway.signal(SIGTERM)
        #expect(gateway.wait(within: .seconds(10)) == 0)
        #expect(gateway.errorText.contains("not waiting for 1 call delayed for longer than --stop-timeout"))
        #expect(gateway.errorText.contains("1 call left in the journal for the next start"))
    }

    @Test func `a second signal ends it at once`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "ignores-sigterm.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("child started"))
        gateway.signal(SIGINT)
        #expect(test.waitForLog("stopping"))
        #expect(test.stop(SIGINT) == 128 + SIGINT)
    }

    @Test func `a signal before the first answer gives exit status 0`() throws {
        let test = try TestRig().gateway()
        test.telegram.fail(method: "getMe", times: .max, with: .hang)
        try test.run(bot: "echo.sh")
        #expect(test.wait { test.telegram.calls.contains { $0.method == "getMe" } })
        #expect(test.stop(SIGINT) == 0)
    }

    @Test func `a stop just after an update doesn't wait until Telegram takes the same offset again`() throws
    {
        let test = try TestRig().gateway()
        test.telegram.slowsSpinning = true
        let gateway = try test.run(bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] && test.telegram.polls.count == 2 })
        let start = Instant.current
        gateway.signal(SIGTERM)
        #expect(gateway.wait() == 0)
        #expect(Instant.current - start < .seconds(2.5))
        #expect(test.telegram.pendingUpdates == 0)
    }
}
