import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// Users act over HTTP. The actions themselves are tested with `SimulatedTelegram`.
@Suite struct SimulatorPeopleTests {
    private let test: SimulatorTest

    init() throws { test = try TestRig().simulatorClient(strictness: .strict) }

    private func ask(_ path: String, _ body: HTTPClient.Body = .none) -> JSON? {
        test.settled(
            test.send(
                HTTPClient.Request(
                    url: "\(test.server.url)/simulator\(path)", body: body, timeout: .seconds(5)))
        ).json
    }

    private func act(_ who: String, _ action: String, _ parameters: JSON) -> JSON? {
        ask("/users/\(who)/\(action)", .json(parameters.bytes))
    }

    @Test func `an unknown user is created with the first request and then kept`() throws {
        let said = try #require(act("ada", "sendMessage", ["text": "hello"])?["result"])
        #expect(said["from"]?["first_name"] == "Ada")
        #expect(said["from"]?["username"] == "ada")
        let id = try #require(said["from"]?["id"]?.integer)
        for who in ["@ADA", "\(id)"] {
            #expect(act(who, "sendMessage", ["text": "x"])?["result"]?["from"] == said["from"])
        }
        #expect(act("42", "sendMessage", ["text": "x"])?["result"]?["chat"]?["id"] == 42)
        #expect(ask("/users")?["result"]?.elements.compactMap { $0["id"]?.integer } == [42, id])
        #expect(ask("/chats")?["result"]?.count == 2)
        let texts = ask("/chats/\(id)/messages")?["result"]?.elements.compactMap { $0["text"]?.string }
        #expect(texts == ["hello", "x", "x"])
        #expect(ask("/chats/99/messages")?["error_code"] == 404)
        #expect(test.call("getUpdates").updateIDs?.count == 4)
    }

    @Test func `a user is created with the given values and the next id, or changed`() {
        let ada = act("ada", "createUser", ["first_name": "Ada L.", "language_code": "en"])?["result"]
        #expect(ada?["username"] == "ada")
        #expect(ada?["language_code"] == "en")
        let introduction: JSON = ["first_name": "Bob"]
        let bob = ask("/users", .json(introduction.bytes))?["result"]
        #expect(bob?["id"]?.integer == (ada?["id"]?.integer).map { $0 + 1 })
        #expect(ask("/users", .json(Array(#"{"id":"x"}"#.utf8)))?["error_code"] == 400)
        let renamed = act("ADA", "createUser", ["first_name": "A.", "username": "ada"])?["result"]
        #expect(renamed?["id"] == ada?["id"])
        #expect(ask("/users")?["result"]?.count == 2)
    }

    @Test func `an update with fewer details doesn't erase a user's`() throws {
        let test = try TestRig().simulatorClient(strictness: .strict)
        let telegram = test.server.telegram
        _ = try telegram.perform("createUser", ["id": 42, "username": "ada"], as: 42).get()
        let from: JSON = ["id": 42, "is_bot": false, "first_name": "A"]
        test.server.addRaw(["update_id": 1, "poll_answer": ["from": from], "inline_query": ["from": from]])
        #expect(telegram.shared.people[42]?["username"] == "ada")
    }

    @Test func `a script writes, waits for the bot's next answer and presses its button`() throws {
        let said = try #require(act("ada", "sendMessage", ["text": "menu"]))
        let chat = try #require(said["result"]?["chat"]?["id"])
        let waiting = test.send(
            HTTPClient.Request(
                url: "\(test.server.url)/simulator/actions?after=\(said["last"]?.integer ?? -1)&timeout=5",
                timeout: .seconds(10)))
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        _ = test.call("sendMessage", ["chat_id": chat, "text": "Well?", "reply_markup": keyboard])
        let seen = try #require(test.settled(waiting).json?["result"]?[0])
        #expect(seen["kind"] == "message")
        #expect(seen["message"]?["text"] == "Well?")
        let pressed = act(
            "ada", "pressButton", ["message_id": seen["message"]?["message_id"] ?? .null, "button": "Yes"])
        #expect(pressed?["ok"] == true, "\(pressed?.description ?? "")")
        let update = test.call("getUpdates", ["offset": -1]).json?["result"]?[0]
        #expect(update?["callback_query"]?["data"] == "y")
    }

    @Test func `a parameter that is null counts as missing`() {
        let group = act("ada", "createGroup", ["title": .null, "id": .null])?["result"]
        #expect(group?["title"] == "Supergroup")
        #expect(act("ada", "createUser", ["first_name": .null])?["result"]?["first_name"] == "Ada")
    }

    @Test func `an action has the reply keyboard that its message lacks`() throws {
        _ = act("ada", "start", [:])
        let keyboard: JSON = ["keyboard": [["Red", "Blue"]]]
        for markup in [keyboard, ["remove_keyboard": true], ["force_reply": true], ["inline_keyboard": []]]
            as [JSON]
        {
            _ = test.call("sendMessage", ["chat_id": 1001, "text": "x", "reply_markup": markup])
        }
        let actions = try #require(ask("/actions")?["result"]?.elements)
        #expect(
            actions.map { $0["reply_markup"] } == [
                keyboard, ["remove_keyboard": true], ["force_reply": true], nil,
            ])
        #expect(actions.allSatisfy { $0["message"]?["reply_markup"] == nil })
    }

    @Test func `the bot can fetch a user's photo`() throws {
        let files = TemporaryDirectory()
        let path = files.write("cat.jpg", "meow")
        let sent = ask(
            "/users/ada/sendPhoto", .form([.init("photo", .file(try InputFile(path), name: "cat.jpg"))]))
        let photo = try #require(sent?["result"]?["photo"]?[0], "\(sent?.description ?? "")")
        let file = test.call("getFile", ["file_id": photo["file_id"] ?? ""]).json?["result"]
        let place = try #require(file?["file_path"]?.string)
        let fetched = test.settled(
            test.send(
                HTTPClient.Request(
                    url: "\(test.server.url)/file/bot7:secret/\(place)", timeout: .seconds(5))))
        #expect(fetched.text == "meow")
    }

    @Test func `invalid actions are refused with Telegram's messages`() {
        #expect(act("ada", "sendMessage", ["text": ""])?["error_code"] == 400)
        #expect(act("ada", "fly", [:])?["error_code"] == 404)
    }
}
