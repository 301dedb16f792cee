import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// A server with a manual clock.
@Suite struct SimulatorClockTests {
    private let test: SimulatorTest

    init() throws { test = try SimulatorTest(strictness: .strict, clock: .manual(.init()), on: TestRig()) }

    @discardableResult private func advance(_ time: String) -> JSON? {
        test.ask("/clock", ["advance": JSON(time)]).json?["result"]
    }

    @Test func `the control API advances the clock`() throws {
        #expect(advance("24h")?["now"] == 1_700_086_400)
        #expect(test.ask("/clock").json?["result"] == ["now": 1_700_086_400, "manual": true])
    }

    @Test func `a flood wait refuses each call with the seconds that are left, until they have passed`()
        throws
    {
        let order: JSON = ["fault": "flood_wait", "retry_after": 30, "chat_id": 42]
        #expect(test.ask("/faults", order).json?["ok"] == true)
        _ = test.ask("/users/42/start", [:])
        func send() -> HTTPAnswer { test.call("sendMessage", ["chat_id": 42, "text": "x"]) }
        // It begins with the first refused call.
        advance("1h")
        let refused = send()
        #expect(refused.status == 429)
        #expect(refused.response?.retryAfter == 30)
        #expect(refused.json?["description"] == "Too Many Requests: retry after 30")
        #expect(test.call("getMe").status == 200)
        advance("29s")
        #expect(send().json?["parameters"] == ["retry_after": 1])
        let left = test.ask("/faults").json?["result"]
        #expect(
            left == [["fault": "flood_wait", "retry_after": 30, "end": 1_700_003_630, "chat_id": 42]])
        advance("1")
        #expect(test.ask("/faults").json?["result"] == [])
        #expect(send().status == 200)
    }

    @Test func `the timeout of getUpdates passes with the clock, after the updates that it causes`() throws {
        let poll = test.poll(["timeout": 50])
        advance("49s")
        #expect(test.call("getMe").status == 200)
        #expect(poll.result == nil)
        advance("1s")
        #expect(test.settle(poll))
        #expect(poll.updateIDs == [])

        _ = test.ask("/users/42/start", [:])
        _ = test.call(
            "sendPoll", ["chat_id": 42, "question": "?", "options": ["a", "b"], "open_period": 30])
        let next = test.poll(["offset": 9002, "timeout": 50])
        advance("50s")
        #expect(test.settle(next))
        #expect(next.json?["result"]?[0]?["poll"]?["is_closed"] == true)
    }

    @Test func `a webhook is tried again once its backoff has passed on the clock`() throws {
        let hook = try test.rig.server()
        var requests = 0
        hook.onRequest = { _, responder in
            requests += 1
            responder.respond(
                status: requests == 1 ? 503 : 200, headers: requests == 1 ? [("Retry-After", "3600")] : [])
        }
        test.server.deliverToWebhooks(through: test.client)
        _ = test.call("setWebhook", ["url": JSON("http://127.0.0.1:\(hook.port)/")])
        _ = test.ask("/users/42/start", [:])
        #expect(test.wait { test.call("getWebhookInfo").json?["result"]?["last_error_date"] != nil })
        advance("3599s")
        #expect(test.call("getMe").status == 200)
        #expect(requests == 1)
        advance("1s")
        #expect(test.wait { test.server.pendingUpdates == 0 })
        #expect(requests == 2)
    }
}
