import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// What a test program asks the simulator for, and a reset.
@Suite struct SimulatorLogsTests {
    private let test: SimulatorTest

    init() throws { test = try TestRig().simulatorClient() }

    private func ask(_ path: String, _ body: JSON? = nil) -> HTTPAnswer { test.ask(path, body) }

    private func reason(_ answer: HTTPAnswer) -> String? { answer.json?["description"]?.string }

    @Test func `an unknown kind or a misspelled method is refused at once`() throws {
        let start = Instant.current
        #expect(
            reason(ask("/actions?kind=mesage&timeout=600"))
                == "Bad Request: unknown kind 'mesage'; use one of \(BotAction.kinds.joined(separator: ", "))"
        )
        #expect(
            reason(ask("/calls?method=sendMesage&timeout=600"))
                == "Bad Request: unknown method 'sendMesage'; did you mean sendMessage?")
        #expect(ask("/calls?method=getUpdates&timeout=600").status == 400)
        #expect(ask("/actions?after=x&timeout=600").status == 400)
        #expect(Instant.current - start < .seconds(60))
        #expect(ask("/actions?kind=Message").json?["result"] == [])
        // A method may be newer than the simulator, and a bot may misspell one.
        #expect(ask("/calls?method=readMind").json?["result"] == [])
        _ = test.call("sendMesage", ["chat_id": 42])
        #expect(ask("/calls?method=sendMesage&timeout=600").json?["result"]?.count == 1)
    }

    @Test func `a reset with all also deletes the webhook and allowed_updates, and ends a poll`() throws {
        _ = test.call("setWebhook", ["url": "https://example.com", "allowed_updates": ["poll"]])
        _ = ask("/updates", ["poll": ["id": "1"]])
        #expect(ask("/reset", ["all": true]).json?["result"] == true)
        #expect(
            test.call("getWebhookInfo").json?["result"]
                == ["url": "", "has_custom_certificate": false, "pending_update_count": 0])
        #expect(test.server.add(["message_id": 1, "chat": ["id": 42]], as: "message") == 9002)
        let poll = test.poll(["offset": 9003, "timeout": 50])
        #expect(ask("/reset", ["all": true]).status == 200)
        #expect(test.settle(poll))
        #expect(poll.updateIDs == [])
    }

    @Test func `a reset restores privacy mode`() throws {
        let telegram = { test.server.telegram }
        _ = test.call("setMySettings", ["can_read_all_group_messages": true])
        #expect(telegram().readsAllGroupMessages)
        #expect(ask("/reset", [:]).status == 200)
        #expect(!telegram().readsAllGroupMessages)
        telegram().seesAllGroupMessages = true
        #expect(ask("/reset", [:]).status == 200)
        #expect(telegram().readsAllGroupMessages)
    }

    @Test func `a test program waits for the bot's next poll, or its webhook`() throws {
        func state() -> JSON? { ask("/bot").json?["result"] }
        #expect(
            state() == [
                "user": SimulatedTelegram.demoBot, "is_polling": false, "polls": 0, "url": "",
                "has_custom_certificate": false, "pending_update_count": 0,
            ])
        let url = "\(test.server.url)/simulator/bot?timeout=60"
        let waiting = test.send(HTTPClient.Request(url: url, timeout: .seconds(20)))
        #expect(test.call("getMe").status == 200)
        #expect(waiting.result == nil)
        // A poll that is answered at once counts, too.
        #expect(test.call("getUpdates").updateIDs == [])
        #expect(test.settle(waiting))
        #expect(waiting.json?["result"]?["is_polling"] == false)
        #expect(waiting.json?["result"]?["polls"] == 1)
        let second = test.send(HTTPClient.Request(url: url, timeout: .seconds(20)))
        #expect(test.call("getMe").status == 200)
        #expect(second.result == nil)
        let poll = test.poll(["timeout": 50, "allowed_updates": ["message"]])
        #expect(test.settle(second))
        #expect(second.json?["result"]?["is_polling"] == true)
        #expect(second.json?["result"]?["polls"] == 2)
        #expect(state()?["allowed_updates"] == ["message"])

        _ = test.call("setWebhook", ["url": "https://example.com"])
        #expect(test.settle(poll))
        _ = test.server.add(["message_id": 1, "chat": ["id": 42]], as: "message")
        let there = try #require(ask("/bot?timeout=60").json?["result"])
        #expect(there["is_polling"] == false)
        #expect(there["url"] == "https://example.com")
        #expect(there["pending_update_count"] == 1)

        #expect(ask("/reset", ["all": true]).status == 200)
        let next = test.send(HTTPClient.Request(url: url, timeout: .seconds(20)))
        _ = test.call("setWebhook", ["url": "https://example.com/2"])
        #expect(test.settle(next))
        #expect(next.json?["result"]?["url"] == "https://example.com/2")
        #expect(ask("/bot?timeout=x").status == 400)
    }

    @Test func `a reset keeps the settings of files, and deletes copies`() throws {
        let directory = TemporaryDirectory()
        test.server.localDirectory = directory.path
        test.server.telegram.files.openLimit = 3
        let id = test.server.addFile(Array("hello".utf8), path: "photos/file_1.jpg")
        #expect(test.call("getFile", ["file_id": JSON(id)]).status == 200)
        #expect(directory.read("photos_file_1.jpg") == "hello")
        #expect(ask("/reset", [:]).status == 200)
        #expect(test.server.localDirectory == directory.path)
        #expect(test.server.telegram.files.openLimit == 3)
        #expect(directory.read("photos_file_1.jpg") == nil)
        #expect(test.server.addFile(Array("x".utf8), path: "photos/file_1.jpg") != id)
    }
}
