import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct TelegramPollerTests {
    @Test func `the first poll has all parameters except an offset`() throws {
        let test = try TestRig().poller(wait: .seconds(50))
        test.poller.start()
        #expect(test.waitForPoll(1))
        #expect(test.server.polls[0] == ["timeout": 50, "limit": 100, "allowed_updates": []])
    }

    @Test func `every poll has allowed_updates, and an empty list means Telegram's default`() throws {
        for kinds in [[], ["message", "chat_member"]] {
            let test = try TestRig().poller(kinds: kinds)
            test.poller.start()
            test.add()
            #expect(test.waitForPoll(2))
            for poll in test.server.polls {
                #expect(poll["allowed_updates"]?.elements.map(\.string) == kinds)
            }
        }
    }

    @Test func `updates come in order, in Telegram's batches`() throws {
        let test = try TestRig().poller()
        for _ in 0..<250 { test.add() }
        test.poller.start()
        #expect(test.wait { test.updates.count == 250 })
        #expect(test.ids == Array(9001...9250))
        #expect(test.batches.map(\.count) == [100, 100, 50])
        #expect(test.waitForPoll(4))
        #expect(test.offsets == [nil, 9101, 9201, 9251])
    }

    @Test func `an update that arrives during a poll is delivered at once`() throws {
        let test = try TestRig().poller()
        test.poller.start()
        #expect(test.waitForPoll(1))
        let start = Instant.current
        test.add("now")
        #expect(test.wait { test.updates.count == 1 })
        #expect(Instant.current - start < .seconds(4))
        #expect(test.updates[0].payload["text"] == "now")
        #expect(test.waitForPoll(2))
        #expect(test.offsets == [nil, 9002])
    }

    @Test func `all polls use one connection`() throws {
        let test = try TestRig().poller()
        test.poller.start()
        for count in 1...5 {
            test.add()
            #expect(test.wait { test.updates.count == count })
        }
        #expect(test.server.connectionsOpened == 1)
    }

    @Test func `the next offset is the newest batch's last id + 1, even if ids fall`() throws {
        let test = try TestRig().poller()
        test.poller.start()
        for (number, id) in [727_334_708, 117_314_199, 117_314_200].enumerated()
            as EnumeratedSequence<[Int64]>
        {
            test.server.addRaw(["update_id": JSON(id), "message": ["chat": ["id": 42]]])
            #expect(test.waitForPoll(number + 2))
        }
        #expect(test.ids == [727_334_708, 117_314_199, 117_314_200])
        #expect(test.offsets == [nil, 727_334_709, 117_314_200, 117_314_201])
    }

    @Test func `an update that Telegram repeats is delivered once`() throws {
        let test = try TestRig().poller()
        test.poller.start()
        for (number, id) in [9001, 9050, 9001, 9002].enumerated() as EnumeratedSequence<[Int64]> {
            // Telegram ignores an offset that is too far ahead and delivers its queue from the start.
            test.server.addRaw(["update_id": JSON(id), "message": ["chat": ["id": 42]]])
            #expect(test.waitForPoll(number + 2))
        }
        #expect(test.ids == [9001, 9050, 9002])
        #expect(test.offsets == [nil, 9002, 9051, 9002, 9003])
    }

    @Test func `invalid UTF-8 in one update affects no other and becomes U+FFFD`() throws {
        let test = try TestRig().poller()
        test.add("one")
        test.server.addRaw(
            bytes: Array(#"{"update_id":9002,"callback_query":{"id":"1","from":{"id":7},"data":"a"#.utf8)
                + [0xFF, 0xC3] + Array(#"b"}}"#.utf8), id: 9002)
        test.add("three")
        test.poller.start()
        #expect(test.wait { test.updates.count == 3 })
        #expect(test.batches == [[9001, 9002, 9003]])
        #expect(test.updates[1].payload["data"] == "a\u{FFFD}\u{FFFD}b")
    }

    @Test func `only the unreadable update of a batch is skipped`() throws {
        let test = try TestRig().poller()
        test.add()
        test.server.addRaw(bytes: Array(#"{"update_id":9002,"message":{"text":"\ud83d"}}"#.utf8), id: 9002)
        for _ in 0..<3 { test.add() }
        test.poller.start()
        #expect(test.hurry { test.updates.count == 4 })
        #expect(test.ids == [9001, 9003, 9004, 9005])
        #expect(test.log.count("error skipped update 9002") == 1)
    }

    @Test func `a malformed update is skipped, reported and confirmed`() throws {
        let test = try TestRig().poller()
        test.server.addRaw(["update_id": 9001, "message": "hi"])
        test.add()
        test.poller.start()
        #expect(test.waitForPoll(2))
        #expect(test.ids == [9002])
        #expect(test.offsets == [nil, 9003])
        #expect(test.log.count("error skipped a malformed update: update 9001") == 1)
    }

    @Test func `unknown kinds and 64-bit ids are delivered`() throws {
        let test = try TestRig().poller()
        test.server.addRaw(["update_id": 9_007_199_254_740_993, "brain_wave": ["from": ["id": 7]]])
        test.poller.start()
        #expect(test.waitForPoll(2))
        #expect(test.updates.map(\.kind) == ["brain_wave"])
        #expect(test.offsets == [nil, 9_007_199_254_740_994])
    }

    // MARK: the end

    @Test func `after stop no update comes and no poll is sent`() throws {
        let test = try TestRig().poller()
        test.poller.start()
        #expect(test.waitForPoll(1))
        test.poller.stop()
        test.add()
        #expect(!test.wait(within: .milliseconds(20)) { !test.updates.isEmpty })
        #expect(test.server.polls.count == 1)
        #expect(test.failures.isEmpty)
    }

    @Test func `stop during a batch sends no more polls, and confirm confirms the batch`() throws {
        let test = try TestRig().poller()
        test.onBatch = { [unowned test] in test.poller.stop() }
        for _ in 0..<3 { test.add() }
        test.poller.start()
        #expect(test.wait { test.updates.count == 3 })
        #expect(test.server.pendingUpdates == 3)
        var confirmed = 0
        test.poller.confirm { confirmed += 1 }
        #expect(test.wait { confirmed == 1 })
        #expect(test.server.pendingUpdates == 0)
        #expect(test.server.polls.count == 2)
        #expect(test.server.polls[1] == ["timeout": 0, "limit": 1, "offset": 9004, "allowed_updates": []])
    }

    @Test func `stop just after a poll was sent confirms its offset, because it may not have arrived`()
        throws
    {
        let test = try TestRig().poller()
        test.add()
        test.onBatch = { [unowned test] in test.loop.soon { test.poller.stop() } }
        test.poller.start()
        #expect(test.wait { test.updates.count == 1 })
        var confirmed = false
        test.poller.confirm { confirmed = true }
        #expect(test.wait { confirmed })
        #expect(test.server.pendingUpdates == 0)
    }

    @Test func `stop just after a poll was sent takes a second, also where a second poll is throttled`()
        throws
    {
        let test = try TestRig().poller()
        test.server.slowsSpinning = true
        test.add()
        test.poller.start()
        #expect(test.waitForPoll(2))
        let start = Instant.current
        test.poller.stop()
        var confirmed = 0
        test.poller.confirm { confirmed += 1 }
        #expect(test.wait { confirmed == 1 })
        #expect(Instant.current - start < .seconds(2))
        #expect(test.server.polls.count == 2)
        #expect(test.server.pendingUpdates == 0)
        test.add()
        #expect(!test.loop.run(until: { test.updates.count > 1 || confirmed > 1 }, within: .milliseconds(20)))
    }

    @Test func `confirm does nothing if there is nothing to confirm`() throws {
        let test = try TestRig().poller()
        test.poller.start()
        #expect(test.waitForPoll(1))
        test.poller.stop()
        var confirmed = 0
        test.poller.confirm { confirmed += 1 }
        #expect(confirmed == 1)
    }

    @Test func `confirm does nothing if a waiting poll has already sent the offset`() throws {
        let test = try TestRig().poller()
        test.add()
        test.poller.start()
        #expect(test.waitForPoll(2))
        Instant.moveAhead(by: .seconds(2))
        test.poller.stop()
        var confirmed = 0
        test.poller.confirm { confirmed += 1 }
        #expect(confirmed == 1)
        #expect(test.server.polls.count == 2)
        #expect(test.server.pendingUpdates == 0)
    }

    @Test func `confirm completes even if Telegram is unreachable`() throws {
        let test = try TestRig().poller()
        test.onBatch = { [unowned test] in test.poller.stop() }
        test.add()
        test.poller.start()
        #expect(test.wait { test.updates.count == 1 })
        test.server.close()
        var confirmed = 0
        test.poller.confirm { confirmed += 1 }
        #expect(test.wait { confirmed == 1 })
    }
}
