import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

@Suite struct SimulatorUpdatesTests {
    private var message: JSON {
        [
            "message_id": 5, "chat": ["id": 42, "type": "private"], "date": 1, "text": "hi",
        ]
    }

    // MARK: getUpdates

    @Test func `updates come with ascending ids until an offset confirms them`() throws {
        let test = try TestRig().simulatorClient()
        #expect(test.server.add(message, as: "message") == 9001)
        #expect(test.server.add(message, as: "edited_message") == 9002)
        #expect(test.call("getUpdates").updateIDs == [9001, 9002])
        #expect(test.call("getUpdates", ["offset": 9002]).updateIDs == [9002])
        #expect(test.call("getUpdates", ["offset": 9003]).updateIDs == [])
        #expect(test.server.pendingUpdates == 0)
        #expect(test.server.polls.compactMap { $0["offset"]?.integer } == [9002, 9003])
        #expect(test.server.calls.isEmpty)
    }

    @Test func `a waiting poll gets all updates that are added in one turn`() throws {
        let test = try TestRig().simulatorClient()
        let poll = test.poll()
        test.server.add(message, as: "message")
        test.server.add(message, as: "message")
        #expect(test.settle(poll))
        #expect(poll.updateIDs == [9001, 9002])
    }

    @Test func `a waiting poll's offset has already deleted older updates`() throws {
        let test = try TestRig().simulatorClient()
        test.server.add(message, as: "message")
        let poll = test.poll(["offset": 9002, "timeout": 50])
        #expect(test.server.pendingUpdates == 0)
        test.server.add(message, as: "message")
        #expect(test.settle(poll))
        #expect(poll.updateIDs == [9002])
    }

    @Test func `a poll whose timeout passes gets an empty answer`() throws {
        let rig = try TestRig()
        let delivery = UpdateDelivery(on: rig.loop, firstID: 1, second: .milliseconds(1))
        func elapsed(_ timeout: JSON) -> Duration {
            let start = Instant.current
            var body: [UInt8] = []
            delivery.getUpdates(Arguments(["timeout": timeout])) { body = $0.body }
            #expect(rig.wait { !body.isEmpty })
            #expect(String(decoding: body, as: UTF8.self) == #"{"ok":true,"result":[]}"#)
            return Instant.current - start
        }
        #expect(elapsed("20") >= .milliseconds(20))
        #expect(elapsed(-1) < .seconds(1))
        // Telegram limits the timeout to 50 s.
        #expect(elapsed(1_000_000) < .seconds(5))
    }

    @Test func `a raw update keeps its id and its bytes`() throws {
        let test = try TestRig().simulatorClient()
        test.server.addRaw(["update_id": 5, "hologram": ["chat": ["id": 1, "type": "private"]]])
        test.server.addRaw(bytes: [0x7B, 0xFF], id: 6)
        let answer = test.call("getUpdates")
        #expect(answer.json == nil)
        let start = #"{"ok":true,"result":[{"update_id":5,"hologram":{"chat":{"id":1,"type":"private"}}},{"#
        #expect(answer.response?.body == Array(start.utf8) + [0xFF] + Array("]}".utf8))
        #expect(test.call("getUpdates", ["offset": 7]).updateIDs == [])
    }

    @Test func `allowed_updates keep updates from being created until the list changes`() throws {
        let test = try TestRig().simulatorClient()
        #expect(test.server.add(message, as: "chat_member") == nil)
        #expect(test.server.add(message, as: "message") == 9001)
        // Updates that are already queued still arrive.
        #expect(test.call("getUpdates", ["allowed_updates": ["chat_member"]]).updateIDs == [9001])
        #expect(test.call("getUpdates").updateIDs == [9001])
        #expect(test.server.add(message, as: "message") == nil)
        #expect(test.server.add(message, as: "chat_member") == 9002)
    }

    @Test func `a throttle delays a repeated offset and limits it to one update`() throws {
        var throttle = PollThrottle()
        let start = Instant.current
        func slow(_ offset: Int64, after delay: Duration) -> (Duration, Int64) {
            var timeout = Duration.zero
            var limit: Int64 = 100
            throttle.slow(offset: offset, timeout: &timeout, limit: &limit, at: start + delay)
            return (timeout, limit)
        }
        #expect(slow(1, after: .zero) == (.zero, 100))
        #expect(slow(1, after: .milliseconds(400)) == (.seconds(3), 1))
        #expect(slow(1, after: .milliseconds(1400)) == (.seconds(3), 100))
        #expect(slow(2, after: .milliseconds(1500)) == (.zero, 100))
        #expect(slow(2, after: .milliseconds(4500)) == (.zero, 100))
    }

    @Test func `a throttle delays the second 409 within 3 s`() {
        var throttle = PollThrottle()
        let start = Instant.current
        #expect(throttle.delayOfConflict(at: start) == .zero)
        #expect(throttle.delayOfConflict(at: start + .seconds(2)) == .seconds(3))
        #expect(throttle.delayOfConflict(at: start + .seconds(3)) == .zero)
    }

    @Test func `a server with throttling makes a repeated poll wait`() throws {
        let test = try TestRig().simulatorClient()
        test.server.slowsSpinning = true
        #expect(test.call("getUpdates").updateIDs == [])
        let repeated = test.poll([:])
        #expect(repeated.result == nil)
        test.server.add(message, as: "message")
        #expect(test.settle(repeated))
        #expect(repeated.updateIDs == [9001])
    }

    // MARK: 409

    @Test func `a newer poll that waits ends the older one`() throws {
        let test = try TestRig().simulatorClient()
        let older = test.poll()
        let newer = test.poll()
        #expect(test.settle(older))
        #expect(older.status == 409)
        #expect(
            older.json?["description"]
                == "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        test.server.add(message, as: "message")
        #expect(test.settle(newer))
        #expect(newer.updateIDs == [9001])
    }

    @Test func `a poll that needn't wait leaves the older one running`() throws {
        let test = try TestRig().simulatorClient()
        let older = test.poll()
        #expect(test.call("getUpdates").updateIDs == [])
        #expect(older.result == nil)
        test.server.add(message, as: "message")
        #expect(test.settle(older))
        #expect(older.updateIDs == [9001])
    }

    @Test func `setWebhook ends a waiting poll and refuses others until deleteWebhook`() throws {
        let test = try TestRig().simulatorClient()
        let poll = test.poll()
        let set = test.call("setWebhook", ["url": "https://example.com"])
        #expect(set.text == #"{"ok":true,"result":true,"description":"Webhook was set"}"#)
        #expect(test.settle(poll))
        #expect(poll.json?["description"] == "Conflict: terminated by setWebhook request")

        let shutOut = test.call("getUpdates")
        #expect(shutOut.status == 409)
        #expect(
            shutOut.json?["description"]
                == "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )

        #expect(test.call("deleteWebhook").json?["description"] == "Webhook was deleted")
        #expect(test.call("deleteWebhook").json?["description"] == "Webhook is already deleted")
        #expect(test.call("getUpdates").status == 200)
    }

    @Test func `getWebhookInfo returns the URL and the number of pending updates`() throws {
        let test = try TestRig().simulatorClient()
        test.server.add(message, as: "message")
        _ = test.call("setWebhook", ["url": "https://example.com", "allowed_updates": ["message"]])
        let info = test.call("getWebhookInfo").json?["result"]
        #expect(
            info == [
                "url": "https://example.com", "has_custom_certificate": false, "pending_update_count": 1,
                "max_connections": 40, "allowed_updates": ["message"],
            ])
        _ = test.call("setWebhook", ["url": "", "drop_pending_updates": true])
        #expect(test.call("getWebhookInfo").json?["result"]?["url"] == "")
        #expect(test.server.pendingUpdates == 0)
    }
}
