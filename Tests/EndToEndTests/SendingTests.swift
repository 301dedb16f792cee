import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.ownProcess) struct SendingTests {
    @Test func `a call that failed before it was sent is retried until it arrives`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "echo.sh")
        test.telegram.fail(method: "sendMessage", times: 2, with: .html(502))
        test.say("one", in: 42)
        test.say("two", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["one", "two"] })
        #expect(gateway.errorText.contains("warning \(test.telegram.url) answered with a server error: 502"))
        #expect(gateway.errorText.contains("\(test.telegram.url) answers again, after"))
        #expect(gateway.errors.filter { $0.contains("server error") }.count == 1)
    }

    @Test func `a call whose answer was lost isn't repeated, and its result is unknown`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "asks.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 1 })
        test.telegram.fail(method: "sendMessage", with: .closeAfter)
        test.say("x", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 2 })
        test.telegram.fail(method: "sendMessage", with: .brokenBody)
        test.say("x", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 3 })
        let results = try test.transcript(of: 42).dropFirst().map { try JSON(parsing: $0) }
        #expect(results.allSatisfy { $0["ok"] == false && $0["state"] == "unknown" })
        #expect(test.texts(in: 42) == ["1", "2", "3"])
        #expect(test.telegram.calls.filter { $0.method == "sendMessage" }.count == 3)
    }

    @Test func `a call that is never answered times out with an unknown result`() throws {
        let test = try TestRig().gateway()
        try test.run(["--call-timeout", "300ms"], bot: "asks.sh")
        test.telegram.fail(method: "sendMessage", with: .hangAfter)
        test.say("x", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 1 })
        #expect(test.transcript(of: 42)[0].contains(#""state":"unknown""#))
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1", "2"] })
    }

    @Test func `a rate-limited chat delays no other chat`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        test.telegram.fail(method: "sendMessage", chat: 42, with: .tooManyRequests(retryAfter: 1))
        test.say("late", in: 42)
        #expect(test.wait { test.telegram.calls.contains { $0.parameters["chat_id"] == 42 } })
        test.say("prompt", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["prompt"] })
        #expect(test.texts(in: 42).isEmpty)
        #expect(test.wait { test.texts(in: 42) == ["late"] })
    }

    @Test func `calls reuse connections`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        for number in 1...100 {
            test.say("\(number)", in: 42)
            if number % 25 == 0 { #expect(test.wait { test.texts(in: 42).count == number }) }
        }
        #expect(test.texts(in: 42) == (1...100).map(String.init))
        // One for the polls, and one for the calls of the only chat.
        #expect(test.telegram.connectionsOpened <= 3)
    }

    @Test func `faults lose no update and no answer`() throws {
        let faults: [Fault] = [
            .html(502), .error(500, "Internal Server Error: restart"), .tooManyRequests(retryAfter: 1),
            .delay(.milliseconds(50)),
        ]
        let rig = try TestRig()
        let tests = try ["getUpdates", "sendMessage"].map { method in
            let test = try TestRig(on: rig.loop).gateway()
            try test.run(bot: "echo.sh")
            for (index, fault) in faults.enumerated() {
                test.telegram.fail(method: method, with: fault)
                test.say("\(index)", in: 42)
            }
            return test
        }
        for test in tests { #expect(test.wait { test.texts(in: 42) == ["0", "1", "2", "3"] }) }
    }

    @Test(arguments: [Fault.brokenBody, .closeBefore, .closeAfter])
    func `a poll with a lost or broken answer loses and repeats nothing`(_ fault: Fault) throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        test.say("first", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["first"] })
        test.telegram.fail(method: "getUpdates", with: fault)
        for number in 1...3 { test.say("\(number)", in: 42) }
        #expect(test.wait { test.texts(in: 42) == ["first", "1", "2", "3"] })
        #expect(test.stop() == 0)
        #expect(test.texts(in: 42) == ["first", "1", "2", "3"])
    }
}
