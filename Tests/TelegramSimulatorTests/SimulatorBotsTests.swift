import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// Several bots at one server, over HTTP.
@Suite struct SimulatorBotsTests {
    private let test: SimulatorTest

    init() throws { test = try SimulatorTest(strictness: .strict, on: TestRig()) }

    private func control(_ path: String, _ body: JSON? = nil) -> JSON? {
        test.settled(
            test.send(
                HTTPClient.Request(
                    url: "\(test.server.url)/simulator/\(path)",
                    body: body.map { .json($0.bytes) } ?? .none, timeout: .seconds(5)))
        ).json
    }

    private func addSecond() {
        #expect(control("bots", ["first_name": "Second", "username": "second_bot"])?["ok"] == true)
    }

    @Test func `a bot is added with the next id, and listed with its token`() {
        let bot: JSON = [
            "id": 8, "is_bot": true, "first_name": "Second", "username": "second_bot", "token": "8:secret",
        ]
        #expect(control("bots", ["first_name": "Second", "username": "second_bot"])?["result"] == bot)
        #expect(control("bots")?["result"]?[0]?["token"] == "7:secret")
        #expect(control("bots")?["result"]?[1] == bot)
        #expect(control("bots", [:])?["result"]?["username"] == "bot9_bot")
        #expect(control("bots", ["id": 5000])?["result"]?["token"] == "5000:secret")
        #expect(control("users")?["result"]?.count == 0)
    }

    @Test(
        arguments: [
            ["id": 7], ["id": 42], ["id": 0], ["id": "x"], ["id": 1_000_000_000_000_000],
            ["username": "Demo_Bot"],
        ] as [JSON])
    func `an id or a username that is taken or invalid is refused`(_ properties: JSON) {
        _ = control("users/42/start", [:])
        #expect(control("bots", properties)?["error_code"] == 400)
        #expect(control("bots")?["result"]?.count == 1)
    }

    @Test func `each token has its bot, its updates and its webhook`() {
        addSecond()
        #expect(test.call("getMe", token: "8:secret").json?["result"]?["username"] == "second_bot")
        #expect(test.call("getMe").json?["result"]?["username"] == "demo_bot")
        #expect(test.call("getMe", token: "8:other").json?["error_code"] == 401)
        _ = control("users/ada/sendMessage", ["bot": 8, "text": "hello"])
        #expect(test.call("getUpdates").updateIDs == [])
        #expect(test.call("getUpdates", token: "8:secret").updateIDs == [9001])
        #expect(control("bot?bot=8")?["result"]?["polls"] == 1)
        #expect(control("bot?bot=8")?["result"]?["user"]?["username"] == "second_bot")
        _ = test.call("setWebhook", ["url": "https://example.org/x"], token: "8:secret")
        #expect(test.call("getWebhookInfo").json?["result"]?["url"] == "")
        #expect(test.call("getUpdates", token: "8:secret").json?["error_code"] == 409)
        #expect(test.call("getUpdates").json?["ok"] == true)
    }

    @Test func `with any token, a number that is no bot's belongs to the first bot`() {
        test.server.acceptsAnyToken = true
        addSecond()
        for (token, bot) in [("8:x", "second_bot"), ("9:x", "demo_bot"), ("7:x", "demo_bot")] {
            #expect(test.call("getMe", token: token).json?["result"]?["username"]?.string == bot)
        }
    }

    @Test func `the control API selects a bot by id or username, else the first`() {
        addSecond()
        _ = control("users/42/sendMessage", ["bot": "@second_bot", "text": "to the second"])
        _ = control("users/42/sendMessage", ["text": "to the first"])
        func texts(_ query: String) -> [JSON] {
            control("chats/42/messages\(query)")?["result"]?.elements.compactMap { $0["text"] } ?? []
        }
        #expect(texts("?bot=8") == ["to the second"])
        #expect(texts("") == ["to the first"])
        #expect(control("chats/42?bot=second_bot")?["error_code"] == 404)
        #expect(control("chats/42?bot=@second_bot")?["result"]?["bot"]?["id"] == 8)
        #expect(
            control("updates?bot=8", ["chat_boost": [:]])?["result"] == [
                "update_id": 9002, "chat_boost": [:],
            ])
        #expect(test.call("getUpdates", ["offset": 9002], token: "8:secret").updateIDs == [9002])
        #expect(control("actions?bot=9")?["description"]?.string?.contains("GET /simulator/bots") == true)
    }

    @Test func `actions, calls and traffic name their bot and can be limited to it`() {
        addSecond()
        for bot: JSON in [7, 8] { _ = control("users/42/start", ["bot": bot]) }
        _ = test.call("sendMessage", ["chat_id": 42, "text": "first"])
        _ = test.call("sendMessage", ["chat_id": 42, "text": "second"], token: "8:secret")
        #expect(control("actions")?["result"]?.elements.map { $0["bot"] } == [7, 8])
        #expect(control("actions?bot=8")?["result"]?.elements.map { $0["message"]?["text"] } == ["second"])
        #expect(control("calls?bot=8")?["result"]?.elements.map { $0["parameters"]?["text"] } == ["second"])
        #expect(control("calls?bot=7")?["result"]?.count == 1)
        let traffic = control("traffic?bot=8")?["result"]?.elements ?? []
        #expect(traffic.compactMap { $0["bot"] } == [8, 8, 8, 8])
        #expect(traffic.first?["new_bot"]?["username"] == "second_bot")
        #expect(control("traffic")?["result"]?.count == 9)
    }

    @Test func `a reset drops the bots that were added, and ends their requests`() throws {
        addSecond()
        try test.server.addBot(["id": 50], token: "50:x", isPermanent: true)
        let answer = test.send("getUpdates", ["timeout": 50], token: "8:secret")
        #expect(test.wait { test.server.polls.count == 1 })
        #expect(control("reset", [:])?["result"] == true)
        #expect(test.settled(answer).json?["result"] == [])
        #expect(control("bots")?["result"]?.elements.map { $0["id"] } == [7, 50])
        #expect(test.call("getMe", token: "8:secret").json?["error_code"] == 401)
        #expect(test.call("getMe", token: "50:x").json?["result"]?["username"] == "bot50_bot")
        addSecond()
        _ = control("users/42/start", ["bot": 50])
        _ = control("users/42/start", ["bot": 51])
        #expect(test.call("getUpdates", token: "50:x").updateIDs == [9001])
    }

    @Test func `after a reset, a dropped bot's program gets nothing, and a new bot with its id goes on`() {
        test.server.acceptsAnyToken = true
        addSecond()
        _ = control("users/42/start", ["bot": 8])
        _ = control("reset", [:])
        #expect(test.call("getMe", token: "8:secret").json?["error_code"] == 401)
        #expect(test.call("getMe", token: "9:secret").json?["result"]?["id"] == 7)
        addSecond()
        _ = control("users/42/start", ["bot": 8])
        #expect(test.call("getUpdates", ["offset": 9002], token: "8:secret").updateIDs == [9002])
    }

    @Test func `a new user gets no bot's id`() {
        _ = control("bots", ["id": 1001])
        _ = control("bots", ["id": 1003])
        let ids = ["ada", "bob"].map { control("users/\($0)/start", [:])?["result"]?["from"]?["id"] }
        #expect(ids == [1002, 1004])
    }

    @Test func `a fault may be for one bot`() {
        addSecond()
        let fault: JSON = ["bot": 8, "fault": "error", "error_code": 418, "times": 3]
        #expect(control("faults", fault)?["result"]?[0]?["bot"] == 8)
        #expect(test.call("getMe").json?["ok"] == true)
        #expect(test.call("getMe", token: "8:secret").json?["error_code"] == 418)
        _ = control("faults", ["fault": "error", "error_code": 419])
        #expect(control("faults?bot=7")?["result"]?.count == 1)
        #expect(control("faults?bot=8")?["result"]?.count == 2)
        test.server.clearFaults(of: 7)
        #expect(control("faults")?["result"]?.count == 1)
        #expect(test.call("getMe").json?["ok"] == true)
    }

    @Test func `a raw update that is refused changes nothing`() {
        let long = JSON(String(repeating: "x", count: 600 << 10))
        #expect(
            control("updates", ["message": ["text": long]])?["description"]?.string?.contains("no room")
                == true)
        _ = control("updates", ["update_id": 1_999_999_999, "message": [:]])
        for id: JSON in [0, "x", 2_000_000_000] {
            #expect(control("updates", ["update_id": id, "message": [:]])?["error_code"] == 400)
        }
        _ = control("updates", ["update_id": 1_999_999_998, "message": [:]])
        #expect(test.server.pendingUpdates == 2)
    }

    @Test(
        arguments: [
            ("users/second_bot/start", [:], "taken"), ("users/8/start", [:], "8 is a bot"),
            ("users/42/addBot", ["chat_id": 8], "8 is a bot"), ("bots", ["username": "@ada"], "taken"),
        ] as [(String, JSON, String)])
    func `bots and users aren't confused`(_ path: String, _ body: JSON, _ words: String) {
        addSecond()
        _ = control("users/ada/start", ["bot": .null])
        #expect(control(path, body)?["description"]?.string?.contains(words) == true)
        #expect(control("bots", ["username": "@third_bot"])?["result"]?["username"] == "third_bot")
    }

    @Test func `an added bot may read all messages of groups`() {
        let bot: JSON = ["id": 8, "can_read_all_group_messages": true]
        _ = control("bots", bot)
        let group = control("users/42/createGroup", [:])?["result"]?["id"] ?? 0
        _ = control("users/42/addBot", ["bot": 8, "chat_id": group])
        _ = control("users/42/sendMessage", ["chat_id": group, "text": "hello"])
        let texts = { (token: String) in
            test.call("getUpdates", token: token).json?["result"]?.elements.compactMap {
                $0["message"]?["text"]
            }
        }
        #expect(texts("7:secret") == [])
        #expect(texts("8:secret") == ["hello"])
    }

    @Test func `webhooks of added bots are called`() throws {
        test.server.deliverToWebhooks(through: test.client)
        addSecond()
        var posted: [String] = []
        let receiver = try HTTPServer(on: test.rig.loop, host: "127.0.0.1", port: 0)
        receiver.onRequest = { request, responder in
            posted.append(String(decoding: request.body, as: UTF8.self))
            responder.respond(
                status: 200, contentType: "application/json",
                body: Array(#"{"method":"sendMessage","chat_id":42,"text":"from the webhook"}"#.utf8))
        }
        defer { receiver.close() }
        let url = JSON("http://127.0.0.1:\(receiver.port)/")
        #expect(test.call("setWebhook", ["url": url], token: "8:secret").json?["ok"] == true)
        _ = control("users/42/sendMessage", ["bot": 8, "text": "hello"])
        #expect(test.wait { posted.count == 1 })
        #expect(test.wait { test.server.calls.last?.parameters["text"] == "from the webhook" })
        #expect(test.server.calls.last?.bot == 8)
    }
}
