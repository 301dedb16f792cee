import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedKeyboardsTests {
    private let world: SimulatedWorld

    init() throws {
        world = try TestRig().world()
        try world.act("start")
        world.forget()
    }

    /// The reason for which a message with this keyboard is refused, without the common prefix.
    private func refusal(_ markup: JSON) -> String? {
        let reason = world.refusal("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": markup])
        return reason?.replacing("400 Bad Request: ", with: "")
    }

    private func under(_ button: JSON) -> JSON { ["inline_keyboard": [[button]]] }

    @Test func `keyboards that Telegram would refuse are refused with its messages`() {
        let long = JSON(String(repeating: "x", count: 65))
        #expect(refusal(under(["text": "a", "callback_data": long])) == "BUTTON_DATA_INVALID")
        #expect(
            refusal(under(["text": "a", "callback_data": JSON(String(repeating: "x", count: 64))])) == nil)
        let parse = "can't parse inline keyboard button: "
        let none = parse + "Text buttons are unallowed in the inline keyboard"
        #expect(refusal(under(["text": "a"])) == none)
        #expect(refusal(under(["text": "a", "callback_data": ""])) == none)
        #expect(refusal(under(["callback_data": "a"])) == parse + #"Can't find field "text""#)
        #expect(refusal(under(["text": 1])) == parse + #"Field "text" must be of type String"#)
        #expect(
            refusal(under(["text": "a", "callback_data": 5])) == parse
                + #"Field "callback_data" must be of type String"#)
        #expect(
            refusal(under(["text": "a", "url": "not-a-url"]))
                == "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL")
        #expect(
            refusal(under(["text": "a", "url": "ftp://example.com"]))
                == "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol")
        #expect(
            refusal(under(["text": "a", "web_app": ["url": "http://example.com"]]))
                == "inline keyboard button Web App URL 'http://example.com' is invalid: Only HTTPS links are allowed"
        )
        #expect(refusal(under(["text": "a", "copy_text": ["text": ""]])) == "BUTTON_COPY_TEXT_INVALID")
        #expect(refusal(["inline_keyboard": "x"]) == #"field "inline_keyboard" must be of type Array"#)
        #expect(
            refusal(["inline_keyboard": [["text": "a"]]])
                == #"field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays"#)
        #expect(
            refusal(["keyboard": [["a"]], "selective": "yes"])
                == #"field "selective" must be of type Boolean"#)
        #expect(refusal(["force_reply": "yes"]) == #"field "force_reply" must be of type Boolean"#)
        #expect(refusal([]) == "object expected as reply markup")
        #expect(refusal(.null) == "object expected as reply markup")
        #expect(refusal("{") == "can't parse reply keyboard markup JSON object")
        #expect(refusal("") == nil)
    }

    @Test(arguments: ["1", "ham"])
    func `a button is pressed by its number or its text, and the bot answers once`(_ button: String) throws {
        let keyboard = under(["text": "ham", "callback_data": "h"])
        let message = try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": keyboard])
        let query = try world.act("pressButton", ["message_id": 2, "button": JSON(button)])
        #expect(world.last("callback_query") == query)
        #expect(query["data"] == "h")
        #expect(query["message"] == message)
        #expect(query["from"]?["id"] == 42)
        let id = try #require(query["id"])
        try world.call("answerCallbackQuery", ["callback_query_id": id, "text": "ok"])
        guard case .callbackAnswer(let answer, let person) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
        #expect((answer["text"], person) == ("ok", 42))
        #expect(
            world.refusal("answerCallbackQuery", ["callback_query_id": id])
                == "400 Bad Request: query is too old and response timeout expired or query ID is invalid")
    }

    @Test func `a callback answer that is late or has no query is refused`() throws {
        let keyboard = under(["text": "ham", "callback_data": "h"])
        try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": keyboard])
        let query = try world.act("pressButton", ["callback_data": "h"])
        world.now += 151
        let late = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
        #expect(world.refusal("answerCallbackQuery", ["callback_query_id": query["id"] ?? .null]) == late)
        #expect(world.refusal("answerCallbackQuery", ["callback_query_id": "1"]) == late)
    }

    @Test func `a missing button can't be pressed, and a link button sends the bot nothing`() throws {
        let link: JSON = ["text": "site", "url": "https://example.org"]
        try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": under(link)])
        #expect(try world.act("pressButton", ["message_id": 2, "button": 1]) == link)
        #expect(
            world.failure("pressButton", ["message_id": 2, "button": 2])?.contains("no such button") == true)
        #expect(world.failure("pressButton", ["message_id": 9, "button": 1])?.contains("not found") == true)
        #expect(world.updates.isEmpty)
    }

    @Test func `a reply keyboard's button sends its text, and a one-time keyboard then disappears`() throws {
        let keys: JSON = ["keyboard": [["yes", ["text": "no"]]], "one_time_keyboard": true]
        let sent = try world.call("sendMessage", ["chat_id": 42, "text": "?", "reply_markup": keys])
        #expect(sent["reply_markup"] == nil)
        try world.act("pressButton", ["button": 2])
        #expect(world.last("message")?["text"] == "no")
        #expect(world.failure("pressButton", ["button": 1])?.contains("no such button") == true)
        try world.call("sendMessage", ["chat_id": 42, "text": "?", "reply_markup": ["keyboard": [["a"]]]])
        try world.call(
            "sendMessage", ["chat_id": 42, "text": "?", "reply_markup": ["remove_keyboard": true]])
        #expect(world.failure("pressButton", ["button": 1])?.contains("no such button") == true)
    }

    @Test func `a reply keyboard's button can share a contact or a location`() throws {
        let keys: JSON = [
            "keyboard": [
                [["text": "me", "request_contact": true], ["text": "here", "request_location": true]]
            ]
        ]
        try world.call("sendMessage", ["chat_id": 42, "text": "?", "reply_markup": keys])
        try world.act("pressButton", ["button": "me"])
        #expect(world.last("message")?["contact"]?["user_id"] == 42)
        try world.act("pressButton", ["button": "here"])
        #expect(world.last("message")?["location"]?["latitude"] == 52.370216)
    }

    @Test func `in a replay a logged query is answered once, and an unknown one any number of times`() throws
    {
        let world = try TestRig().world(strictness: .lenient)
        let chat: JSON = ["id": 42, "type": "private"]
        world.telegram.learn(from: [
            "id": "17", "from": ["id": 42], "data": "x",
            "message": ["message_id": 5, "date": 1, "chat": chat, "text": "a"],
        ])
        try world.call("answerCallbackQuery", ["callback_query_id": "17"])
        #expect(
            world.refusal("answerCallbackQuery", ["callback_query_id": "17"])?.contains("too old") == true)
        try world.call("answerCallbackQuery", ["callback_query_id": "18"])
        try world.call("answerCallbackQuery", ["callback_query_id": "18"])
        #expect(
            world.refusal("editMessageText", ["chat_id": 42, "message_id": 5, "text": "a"])?
                .contains("not modified") == true)
    }
}
