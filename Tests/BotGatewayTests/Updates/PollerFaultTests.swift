import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// Failures between the poller and Telegram: no update is lost.
@Suite(.longOwnProcess) struct PollerFaultTests {
    @Test func `a poll is repeated after a proxy's page`() throws {
        let test = try TestRig().poller()
        #expect(test.startInto(.html(502), times: 3))
        #expect(test.ids == [9001])
        #expect(test.waitForPoll(5))
        #expect(test.offsets == [nil, nil, nil, nil, 9002])
        #expect(
            test.log.count("warning \(test.server.url) answered with a server error: 502 Bad Gateway") == 1)
        #expect(test.log.count("notice \(test.server.url) answers again") == 1)
    }

    @Test func `a truncated answer is requested again`() throws {
        let test = try TestRig().poller()
        #expect(test.startInto(.brokenBody))
        #expect(test.waitForPoll(3))
        #expect(test.ids == [9001])
        #expect(test.server.polls[1]["limit"] == 1)
    }

    @Test func `a connection that closes before or after the answer costs nothing`() throws {
        for fault in [Fault.closeBefore, .closeAfter] {
            let test = try TestRig().poller()
            #expect(test.startInto(fault))
            #expect(test.waitForPoll(3))
            #expect(test.ids == [9001])
            #expect(test.offsets == [nil, nil, 9002])
        }
    }

    @Test func `a silent poll times out after its patience`() throws {
        for fault in [Fault.hang, .hangAfter] {
            let test = try TestRig().poller(wait: .zero) { $0.patience = .milliseconds(40) }
            let start = Instant.current
            #expect(test.startInto(fault))
            #expect(Instant.current - start >= .milliseconds(540))
            #expect(test.ids == [9001])
        }
    }

    @Test func `an unreachable server is polled until it answers`() throws {
        let test = try TestRig().poller()
        let port = test.server.port
        test.server.close()
        test.poller.start()
        #expect(test.hurry { test.log.count("can't reach") == 1 })
        let server = try test.rig.simulator(port: port, firstUpdateID: 5)
        server.add(["chat": ["id": 42]], as: "message")
        #expect(test.hurry { test.ids == [5] })
        #expect(test.failures.isEmpty)
    }

    @Test func `delays grow with each failed poll and restart after an answer`() throws {
        let test = try TestRig().poller()
        test.server.fail(method: "getUpdates", times: 5, with: .html(502))
        let start = Instant.current
        test.add()
        test.poller.start()
        #expect(test.hurry { !test.updates.isEmpty })
        // The delays are at least 0.5, 1, 2, 4 and 8 s.
        #expect(Instant.current - start >= .milliseconds(15_500))
        #expect(test.waitForPoll(7))
        test.server.fail(method: "getUpdates", with: .html(502))
        // The waiting poll is answered, and the next one fails once.
        test.add()
        #expect(test.wait { test.log.count("answered with a server error") == 2 })
        let again = Instant.current
        #expect(test.hurry { test.server.polls.count == 9 })
        #expect(Instant.current - again < .seconds(15))
    }

    @Test func `a 429 is waited out exactly`() throws {
        let test = try TestRig().poller()
        let start = Instant.current
        #expect(test.startInto(.tooManyRequests(retryAfter: 7)))
        #expect(Instant.current - start >= .seconds(7))
        #expect(test.ids == [9001])
        #expect(test.log.count("warning") == 0)
    }

    @Test func `a poll refused for an unknown reason is repeated`() throws {
        let test = try TestRig().poller()
        #expect(test.startInto(.error(400, "Bad Request: who knows")))
        #expect(test.ids == [9001])
        #expect(test.log.count("error getUpdates rejected: 400 Bad Request: who knows") == 1)
    }

    @Test func `an unreadable update with the largest 64-bit id doesn't crash`() throws {
        let test = try TestRig().poller()
        test.server.addRaw(bytes: Array(#"{"update_id":9223372036854775807,"x"#.utf8), id: 1)
        test.poller.start()
        #expect(test.hurry { test.log.count("skipped update 9223372036854775807") == 1 })
    }

    // MARK: final failures

    private let otherPoll =
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"

    @Test func `another program that polls is tolerated for a while`() throws {
        let test = try TestRig().poller { $0.conflictLimit = .seconds(3) }
        let start = Instant.current
        test.server.fail(method: "getUpdates", times: .max, with: .error(409, otherPoll))
        test.poller.start()
        #expect(test.hurry { !test.failures.isEmpty })
        #expect(Instant.current - start >= .seconds(3))
        #expect(test.failures.count == 1)
        #expect(test.failures[0]?.kind == .conflict)
        #expect(test.log.count("warning another program") == 1)
        let polls = test.server.polls.count
        Instant.moveAhead(by: .seconds(60))
        #expect(!test.wait(within: .milliseconds(20)) { test.server.polls.count > polls })
    }

    @Test func `another program that stops polling costs nothing`() throws {
        let test = try TestRig().poller()
        #expect(test.startInto(.error(409, otherPoll), times: 3))
        #expect(test.ids == [9001])
        #expect(test.failures.isEmpty)
    }

    @Test func `a second poller replaces the first one`() throws {
        let test = try TestRig().poller { $0.conflictLimit = .zero }
        test.poller.start()
        #expect(test.waitForPoll(1))
        test.api.request("getUpdates", ["timeout": 50], timeout: .seconds(60)) { _ in }
        #expect(test.wait { test.log.count("warning another program") == 1 })
    }

    @Test func `a webhook is a failure whose message gives the fix`() throws {
        let test = try TestRig().poller()
        var isSet = false
        test.api.request("setWebhook", ["url": "https://example.org"], timeout: .seconds(5)) { _ in
            isSet = true
        }
        #expect(test.wait { isSet })
        test.poller.start()
        #expect(test.wait { !test.failures.isEmpty })
        #expect(test.failures[0]?.kind == .webhookIsSet)
        #expect(test.failures[0]?.description.contains("--delete-webhook") == true)
        #expect(test.failures.count == 1)
    }

    @Test func `a token that Telegram rejects for 30 s ends it, and is in no message`() throws {
        for token in ["7:wrong", "0:malformed"] {
            let test = try TestRig().poller(token: token)
            let start = Instant.current
            test.poller.start()
            #expect(test.hurry { !test.failures.isEmpty })
            #expect(Instant.current - start >= .seconds(30))
            #expect(test.failures[0]?.kind == .unauthorized)
            #expect(test.failures[0]?.description.contains(token) == false)
            #expect(test.log.count("warning getUpdates rejected: 40") == 1)
            #expect(!test.log.text.contains(token))
        }
    }

    @Test func `a token that is rejected for a moment ends nothing`() throws {
        let test = try TestRig().poller()
        #expect(test.startInto(.error(401, "Unauthorized"), times: 20))
        #expect(test.ids == [9001])
        #expect(test.waitForPoll(22))
        // The thirty seconds begin anew after each answer.
        test.server.fail(method: "getUpdates", times: 20, with: .error(401, "Unauthorized"))
        test.add()
        test.add()
        #expect(test.hurry { test.ids.count == 3 })
        #expect(test.failures.isEmpty)
    }

    @Test(arguments: [
        Fault.html(502), .html(404), .error(409, "Conflict: x"), .error(400, "Bad Request: x"),
        .error(429, "Too Many Requests", parameters: ["retry_after": 20]),
    ])
    func `a token is only rejected by errors in a row`(_ other: Fault) throws {
        let test = try TestRig().poller()
        test.server.fail(method: "getUpdates", with: .error(401, "Unauthorized"))
        test.server.fail(method: "getUpdates", times: 7, with: other)
        test.server.fail(method: "getUpdates", with: .error(401, "Unauthorized"))
        #expect(test.startInto(other))
        #expect(test.failures.isEmpty)
    }

    @Test(arguments: [200, 204, 302, 401, 403, 404, 407, 413])
    func `a page never ends it, whatever its status is`(_ status: Int) throws {
        let test = try TestRig().poller()
        #expect(test.startInto(.html(status), times: 12))
        #expect(test.ids == [9001])
        #expect(test.failures.isEmpty)
        #expect(test.offsets.allSatisfy { $0 == nil || $0 == 9002 })
    }

    @Test func `a server's own stale connection is put up with for a minute and more`() throws {
        let options = TelegramPoller.Options(wait: .zero, kinds: [])
        #expect(options.conflictLimit == .seconds(90))
    }

    // MARK: answers that bring nothing

    /// A server that answers every getUpdates at once with the same body.
    private func polls(answeredWith result: String) throws -> (count: Int, log: LogLines) {
        let rig = try TestRig()
        let server = try HTTPServer(on: rig.loop)
        defer { server.close() }
        var count = 0
        server.onRequest = { _, responder in
            count += 1
            responder.respond(status: 200, body: Array(#"{"ok":true,"result":\#(result)}"#.utf8))
        }
        let poller = TelegramPoller(
            api: try rig.api(at: "http://127.0.0.1:\(server.port)"),
            options: .init(wait: .seconds(50), kinds: []),
            on: rig.loop, log: rig.log.logger)
        poller.onUpdates = { $0.taken() }
        poller.start()
        #expect(rig.wait { count >= 4 })
        let end = Instant.current + .seconds(60)
        #expect(rig.hurry { Instant.current > end })
        poller.stop()
        return (count, rig.log)
    }

    @Test(arguments: ["[]", #"[{"update_id":7,"message":{"chat":{"id":42,"type":"private"}}}]"#])
    func `polls that are answered at once and bring nothing new are slowed down, and it is said once`(
        _ result: String
    ) throws {
        let (count, log) = try polls(answeredWith: result)
        #expect(count < 15)
        #expect(log.count("answers getUpdates at once and with nothing new") == 1)
    }
}
