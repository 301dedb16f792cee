import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// The results of calls when something fails in transit.
@Suite(.ownProcess) struct CallFaultTests {
    @Test(arguments: [
        (400, "Bad Request: chat not found"), (400, "Bad Request: can't parse entities"),
        (403, "Forbidden: bot was blocked by the user"), (404, "Not Found"),
        (404, "Not Found: method not found"), (409, "Conflict: x"), (413, "Request Entity Too Large"),
    ])
    func `a call that Telegram refuses fails at once, with Telegram's description`(
        _ code: Int, _ reason: String
    ) throws {
        let test = try TestRig().caller()
        test.server.fail(with: .error(code, reason, parameters: ["x": -1005]))
        test.send("refused", id: 1)
        test.send("next")
        #expect(test.wait { test.results.count == 2 })
        #expect(test.failure(of: "refused")?.code == code)
        #expect(test.failure(of: "refused")?.reason == reason)
        #expect(test.failure(of: "refused")?.parameters == ["x": -1005])
        #expect(test.arrived == ["refused", "next"])
        #expect(test.sent == ["next"])
        #expect(test.log.count("warning chat:42 sendMessage rejected: \(code) \(reason)") == 1)
    }

    @Test func `the log explains once that a chat isn't found, and the child gets Telegram's words alone`()
        throws
    {
        let test = try TestRig().caller()
        test.server.fail(times: 2, with: .error(400, "Bad Request: chat not found"))
        test.send("one", id: 1)
        test.send("two", id: 2)
        #expect(test.wait { test.results.count == 2 })
        #expect(test.failure(of: "one")?.reason == "Bad Request: chat not found")
        #expect(test.log.count("rejected: 400 Bad Request: chat not found") == 2)
        #expect(test.log.count("the user has never written to this bot") == 1)
    }

    @Test func `an upload that breaks off repeatedly is refused, and the next call is sent`() throws {
        let test = try TestRig().caller()
        let files = TemporaryDirectory()
        let file = files.write("big.bin", "")
        truncate(file, 32 << 20)
        test.server.fail(method: "sendDocument", times: 99, with: .closeAfterBytes(100_000))
        let document: JSON = ["document": JSON("file://\(file)")]
        test.perform("telegram.send_document", document, as: "big", for: .chat(42), id: 1)
        test.send("next")
        #expect(test.hurry(for: 2))
        #expect(test.failure(of: "big")?.reason.contains("failed 10 times") == true)
        #expect(test.sent == ["next"])
    }

    @Test(arguments: [200, 204, 302, 400, 401, 403, 404, 405, 407, 408, 418])
    func `an answer of something else than the Bot API is no answer: the call is sent again`(_ status: Int)
        throws
    {
        let test = try TestRig().caller()
        test.server.fail(times: 2, with: .html(status))
        test.send("x", id: 1)
        #expect(test.hurry(for: 1))
        #expect(test.success(of: "x") != nil)
        #expect(test.arrived == ["x", "x", "x"])
        #expect(test.sent == ["x"])
        #expect(test.log.count("answered \(status) ") == 1)
        #expect(test.log.count("not from the Bot API") == 1)
    }

    @Test(arguments: [413, 414])
    func `every server's word is taken for it that a request is too long`(_ status: Int) throws {
        let test = try TestRig().caller()
        test.server.fail(with: .html(status))
        test.send("x", id: 1)
        #expect(test.wait { test.results.count == 1 })
        #expect(test.failure(of: "x")?.code == status)
        #expect(test.arrived.count == 1)
    }

    @Test func `a call that fails each time while others succeed ends, and its chat goes on`() throws {
        for fault in [Fault.html(504), .tooManyRequests(retryAfter: 1), .html(404)] {
            let test = try TestRig().caller()
            test.server.fail(times: 1000, chat: 42, with: fault)
            test.send("stuck", id: 1)
            test.send("next")
            var others = 0
            func sendOther() {
                others += 1
                test.send("other", for: .chat(43)) {
                    if test.result(of: "stuck") == nil { test.loop.after(.milliseconds(400)) { sendOther() } }
                }
            }
            sendOther()
            #expect(test.hurry { test.result(of: "stuck") != nil })
            #expect(test.isUnknown("stuck"))
            #expect((8...10).contains(test.arrived.count { $0 == "stuck" }))
            #expect(
                test.log.count(
                    "error chat:42 sendMessage given up, it failed 8 times while other calls succeeded") == 1)
            #expect(test.hurry { test.arrived.contains("next") })
        }
    }

    @Test func `a rate limit for the whole bot gives up no call`() throws {
        let test = try TestRig().caller()
        // One call in five gets through.
        var number = 0
        test.server.history.onCall = { [unowned test] _ in
            number += 1
            if number % 5 != 0 { test.server.fail(with: .tooManyRequests(retryAfter: 1)) }
        }
        for chat in 1...60 as ClosedRange<Int64> { test.send("\(chat)", for: .chat(chat), id: 1) }
        #expect(test.hurry(for: 60))
        #expect(test.results.allSatisfy { test.isSuccess($0.text) })
    }

    @Test func `while nothing succeeds a call is tried for as long as it takes`() throws {
        let test = try TestRig().caller()
        test.server.fail(times: 30, with: .html(502))
        test.send("x", id: 1)
        #expect(test.hurry(for: 1))
        #expect(test.success(of: "x") != nil)
    }

    @Test func `a wait of a million hours is cut to one`() throws {
        let test = try TestRig().caller()
        test.server.fail(with: .tooManyRequests(retryAfter: .max))
        let start = Instant.current
        test.send("x", id: 1)
        #expect(test.wait { test.log.count("warning chat:42 sendMessage rate-limited for 60m") == 1 })
        Instant.moveAhead(by: .seconds(3600))
        #expect(test.wait { test.success(of: "x") != nil })
        #expect(Instant.current - start < .seconds(3700))
    }

    @Test func `a server in trouble is tried until it works, each time after a longer wait`() throws {
        let test = try TestRig().caller()
        test.server.fail(times: 3, with: .html(502))
        test.server.fail(with: .error(500, "Internal Server Error: restart"))
        let start = Instant.current
        test.send("x", id: 1)
        #expect(test.hurry(for: 1))
        #expect(Instant.current - start >= .milliseconds(7500))
        #expect(test.success(of: "x") != nil)
        #expect(test.sent == ["x"])
        #expect(test.arrived.count == 5)
        #expect(test.log.count("answered with a server error") == 1)
        #expect(test.log.count("answers again") == 1)
    }

    @Test func `a proxy's error page isn't a refusal: the call is sent again, perhaps twice`() throws {
        let test = try TestRig().caller()
        test.server.fail(with: .htmlAfter(504))
        test.send("x", id: 1)
        #expect(test.hurry(for: 1))
        #expect(test.sent == ["x", "x"])
        #expect(test.success(of: "x")?["message_id"] == 2)
    }

    @Test func `a page with status 429 holds the chat for one second`() throws {
        let test = try TestRig().caller()
        test.server.fail(with: .html(429))
        let start = Instant.current
        test.send("x", id: 1)
        #expect(test.hurry(for: 1))
        #expect(Instant.current - start >= .seconds(1))
        #expect(test.sent == ["x"])
        #expect(test.log.count("rate-limited for 1s") == 1)
    }

    @Test func `a call whose answer was lost is unknown and isn't repeated`() throws {
        for (fault, sent) in [(Fault.closeBefore, ["next"]), (.closeAfter, ["x", "next"])] {
            let test = try TestRig().caller()
            test.server.fail(with: fault)
            test.send("x", id: 1)
            test.send("next")
            #expect(test.hurry(for: 2))
            #expect(test.isUnknown("x"))
            #expect(test.arrived == ["x", "next"])
            #expect(test.sent == sent)
            #expect(test.log.count("sendMessage may or may not have taken effect") == 1)
        }
    }

    @Test func `a kept connection that closes during a call makes it unknown and isn't reused`() throws {
        let test = try TestRig().caller()
        test.send("first")
        #expect(test.wait { test.results.count == 1 })
        test.server.fail(with: .closeAfter)
        test.send("x", id: 1)
        test.send("next", id: 2)
        #expect(test.wait { test.results.count == 3 })
        #expect(test.isUnknown("x"))
        #expect(test.sent == ["first", "x", "next"])
    }

    @Test func `a call without an answer is unknown after the timeout`() throws {
        for (fault, sent) in [(Fault.hang, ["next"]), (.hangAfter, ["x", "next"])] {
            let test = try TestRig().caller(timeout: .milliseconds(400))
            test.server.fail(chat: 42, with: fault)
            let start = Instant.current
            test.send("x", id: 1)
            test.send("next", to: 43)
            #expect(test.wait { test.isUnknown("x") })
            #expect(Instant.current - start >= .milliseconds(400))
            #expect(test.wait { test.results.count == 2 })
            #expect(test.sent == sent)
        }
    }

    @Test func `an unreadable answer makes a call unknown if its result is wanted`() throws {
        let test = try TestRig().caller()
        test.server.fail(times: 2, with: .brokenBody)
        test.send("with", id: 1)
        test.send("without")
        #expect(test.wait { test.results.count == 2 })
        #expect(test.isUnknown("with"))
        #expect(test.isSuccess("without"))
        #expect(test.sent == ["with", "without"])
    }

    @Test func `a call that couldn't be sent is sent once when Telegram is reachable`() throws {
        let test = try TestRig().caller()
        let port = test.server.port
        test.server.close()
        test.send("x", id: 1)
        #expect(test.wait { test.log.count("can't reach \(test.server.url)") == 1 })
        #expect(test.results.isEmpty)
        #expect(test.caller.pending == 1)
        let server = try test.rig.simulator(port: port)
        #expect(test.hurry(for: 1))
        #expect(test.success(of: "x") != nil)
        #expect(server.calls.map(\.wasCarriedOut) == [true])
        #expect(test.caller.pending == 0)
    }

    @Test func `the token is in no message, whatever fails`() throws {
        let test = try TestRig().caller(timeout: .milliseconds(400))
        for fault in [Fault.html(502), .error(400, "x"), .closeAfter, .hang, .brokenBody] {
            test.server.fail(with: fault)
            test.send("x", id: 1)
        }
        #expect(test.hurry(for: 5))
        test.server.close()
        test.send("y", for: .chat(43))
        #expect(test.wait { test.log.count("can't reach") == 1 })
        #expect(!test.log.text.contains("secret"))
        for (_, result) in test.results { #expect(!"\(result)".contains("secret")) }
    }
}
