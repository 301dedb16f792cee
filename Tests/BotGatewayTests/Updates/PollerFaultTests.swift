import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// What goes wrong between the poller and Telegram, and costs no update.
@Suite struct PollerFaultTests {
    @Test func `after a proxy's page the poll is repeated`() throws {
        let test = try PollerTest()
        #expect(test.startInto(.html(502), times: 3))
        #expect(test.ids == [9001])
        #expect(test.waitForPoll(5))
        #expect(test.offsets == [nil, nil, nil, nil, 9002])
        #expect(test.log.count("warning \(test.server.url) is in trouble: 502 Bad Gateway") == 1)
        #expect(test.log.count("notice \(test.server.url) answers again") == 1)
    }

    @Test func `an answer that was cut off is asked for again`() throws {
        let test = try PollerTest()
        #expect(test.startInto(.brokenBody))
        #expect(test.waitForPoll(3))
        #expect(test.ids == [9001])
        #expect(test.server.polls[1]["limit"] == 1)
    }

    @Test func `a connection closed before or after Telegram answered costs nothing`() throws {
        for fault in [Fault.closeBefore, .closeAfter] {
            let test = try PollerTest()
            #expect(test.startInto(fault))
            #expect(test.waitForPoll(3))
            #expect(test.ids == [9001])
            #expect(test.offsets == [nil, nil, 9002])
        }
    }

    @Test func `a poll that is silent for longer than patience is given up`() throws {
        for fault in [Fault.hang, .hangAfter] {
            let test = try PollerTest(wait: .zero, patience: .milliseconds(40))
            let start = Instant.current
            #expect(test.startInto(fault))
            #expect(Instant.current - start >= .milliseconds(540))
            #expect(test.ids == [9001])
        }
    }

    @Test func `a server that isn't there is asked until it is`() throws {
        let test = try PollerTest()
        let port = test.server.port
        test.server.close()
        test.poller.start()
        #expect(test.hurry { test.log.count("can't reach") == 1 })
        let server = try test.rig.simulator(port: port, firstUpdateID: 5)
        server.add(["chat": ["id": 42]], as: "message")
        #expect(test.hurry { test.ids == [5] })
        #expect(test.failures.isEmpty)
    }

    @Test func `waits grow from poll to poll, and start anew after an answer`() throws {
        let test = try PollerTest()
        test.server.fail(method: "getUpdates", times: 5, with: .html(502))
        let start = Instant.current
        test.add()
        test.poller.start()
        #expect(test.hurry { !test.updates.isEmpty })
        // 0.5, 1, 2, 4 and 8 s at least.
        #expect(Instant.current - start >= .milliseconds(15_500))
        #expect(test.waitForPoll(7))
        test.server.fail(method: "getUpdates", with: .html(502))
        // The poll that waits is answered; the next one fails once.
        test.add()
        #expect(test.wait { test.log.count("is in trouble") == 2 })
        let again = Instant.current
        #expect(test.hurry { test.server.polls.count == 9 })
        #expect(Instant.current - again < .seconds(15))
    }

    @Test func `a 429 is waited out to the second`() throws {
        let test = try PollerTest()
        let start = Instant.current
        #expect(test.startInto(.tooManyRequests(retryAfter: 7)))
        #expect(Instant.current - start >= .seconds(7))
        #expect(test.ids == [9001])
        #expect(test.log.count("warning") == 0)
    }

    @Test func `a poll that Telegram refuses for no known reason is repeated`() throws {
        let test = try PollerTest()
        #expect(test.startInto(.error(400, "Bad Request: who knows")))
        #expect(test.ids == [9001])
        #expect(test.log.count("error getUpdates rejected: 400 Bad Request: who knows") == 1)
    }

    @Test func `a server's page in place of an answer never moves the offset`() throws {
        let test = try PollerTest()
        #expect(test.startInto(.html(200), times: 5))
        #expect(test.offsets.allSatisfy { $0 == nil || $0 == 9002 })
        #expect(test.ids == [9001])
    }

    @Test func `an unreadable update with the last id of 64 bits does not crash`() throws {
        let test = try PollerTest()
        test.server.addRaw(bytes: Array(#"{"update_id":9223372036854775807,"x"#.utf8), id: 1)
        test.poller.start()
        #expect(test.hurry { test.log.count("skipped update 9223372036854775807") == 1 })
    }

    // MARK: what ends it

    private let otherPoll =
        "PollConflict: terminated by other getUpdates request; make sure that only one bot instance is running"

    @Test func `another program that asks for the updates is put up with for a while`() throws {
        let test = try PollerTest(conflictLimit: .seconds(3))
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
        #expect(!test.loop.run(until: { test.server.polls.count > polls }, within: .milliseconds(20)))
    }

    @Test func `another program that goes away again costs nothing`() throws {
        let test = try PollerTest()
        #expect(test.startInto(.error(409, otherPoll), times: 3))
        #expect(test.ids == [9001])
        #expect(test.failures.isEmpty)
    }

    @Test func `a real second poller takes the first one's place`() throws {
        let test = try PollerTest(conflictLimit: .zero)
        test.poller.start()
        #expect(test.waitForPoll(1))
        test.api.request("getUpdates", ["timeout": 50], timeout: .seconds(60)) { _ in }
        #expect(test.wait { test.log.count("warning another program") == 1 })
    }

    @Test func `a webhook ends it, and says how to remove it`() throws {
        let test = try PollerTest()
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

    @Test func `a token that Telegram refuses ends it, and is in no message`() throws {
        for token in ["7:wrong", "0:malformed"] {
            let test = try PollerTest(token: token)
            test.poller.start()
            #expect(test.wait { !test.failures.isEmpty })
            #expect(test.failures[0]?.kind == .unauthorized)
            #expect(test.failures[0]?.description.contains(token) == false)
            #expect(!test.log.text.contains(token))
        }
    }
}
