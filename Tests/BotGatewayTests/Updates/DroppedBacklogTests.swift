import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// `--drop-pending`.
@Suite struct DroppedBacklogTests {
    private func test(_ waiting: Int, offset: Int64? = nil) throws -> PollerTest {
        let test = try TestRig().poller { ($0.dropsPending, $0.offset) = (true, offset) }
        for _ in 0..<waiting { test.add() }
        return test
    }

    @Test(arguments: [nil, 9050])
    func `updates pending at the start are dropped, and later ones aren't`(_ offset: Int64?) throws {
        let test = try test(250, offset: offset)
        test.poller.start()
        #expect(test.waitForPoll(2))
        #expect(test.server.pendingUpdates == 0)
        test.add("new")
        #expect(test.wait { test.ids == [9251] })
        #expect(test.server.polls[0]["timeout"] == 0)
        #expect(test.waitForPoll(3))
        #expect(test.offsets == [-1, 9251, 9252])
        #expect(test.log.count("notice --drop-pending: dropping 250 pending updates") == 1)
    }

    @Test func `without pending updates polling continues after the last run's offset`() throws {
        let test = try test(0, offset: 9001)
        test.poller.start()
        #expect(test.waitForPoll(2))
        test.add()
        #expect(test.wait { test.ids == [9001] })
        #expect(test.offsets.prefix(2) == [-1, 9001])
    }

    @Test func `errors from Telegram are retried and only delay it`() throws {
        let test = try test(3)
        test.server.fail(method: "getWebhookInfo", with: .html(502))
        for fault in [
            Fault.closeAfter, .html(502), .tooManyRequests(retryAfter: 2), .error(409, "Conflict: other"),
            .brokenBody,
        ] {
            test.server.fail(method: "getUpdates", with: fault)
        }
        test.poller.start()
        #expect(test.hurry { test.offsets.last == 9004 })
        #expect(test.updates.isEmpty)
        #expect(test.offsets.dropLast().allSatisfy { $0 == -1 })
        #expect(test.log.count("notice --drop-pending: dropping all pending updates") == 1)
    }

    @Test func `a webhook is a failure`() throws {
        let test = try test(0)
        test.server.fail(
            method: "getUpdates",
            with: .error(409, "Conflict: can't use getUpdates method while webhook is active"))
        test.poller.start()
        #expect(test.wait { test.failures.count == 1 })
        #expect(test.failures[0]?.kind == .webhookIsSet)
    }

    @Test func `a stop before it is done drops nothing more`() throws {
        let test = try test(3)
        test.server.fail(method: "getWebhookInfo", with: .hang)
        test.poller.start()
        #expect(test.wait { test.server.calls.count == 1 })
        test.poller.stop()
        var isDone = false
        test.poller.confirm { isDone = true }
        #expect(test.wait { isDone })
        #expect(test.server.polls.isEmpty)
        #expect(test.server.pendingUpdates == 3)
    }

    @Test func `an unreadable update is dropped like the others`() throws {
        let test = try test(2)
        test.server.addRaw(bytes: Array(#"{"update_id":9003,"x"#.utf8), id: 9003)
        test.poller.start()
        #expect(test.hurry { test.offsets.last == 9004 })
        #expect(test.updates.isEmpty)
        test.add()
        #expect(test.wait { test.ids == [9004] })
    }
}
