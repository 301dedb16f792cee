import JSON
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedTelegramTests {
    private let telegram: SimulatedTelegram
    private let ada: JSON

    // Default values of the properties would be evaluated off the main actor.
    init() {
        telegram = SimulatedTelegram { 1_700_000_000 }
        ada = ["id": 42, "type": "private", "first_name": "Ada"]
    }

    private func refusal(_ method: String, _ parameters: JSON) -> String? {
        guard case .failure(let error) = telegram.answer(method, parameters) else { return nil }
        return error.description
    }

    private func result(_ method: String, _ parameters: JSON) throws -> JSON {
        try telegram.answer(method, parameters).get()
    }

    @Test func `getMe returns the bot`() throws {
        #expect(try result("getMe", [:]) == SimulatedTelegram.demoBot)
        #expect(try result("GETME", [:])["username"]?.string == "demo_bot")
    }

    @Test func `a sent message comes from the bot, with the clock's date and the next id`() throws {
        telegram.learn(from: ["message_id": 10, "chat": ada, "date": 1, "text": "hi"])
        let message = try result("sendMessage", ["chat_id": 42, "text": "hello"])
        let expected =
            #"{"message_id":11,"from":{"id":7,"is_bot":true,"first_name":"Demo","username":"demo_bot"},"#
            + #""chat":{"id":42,"type":"private","first_name":"Ada"},"date":1700000000,"text":"hello"}"#
        #expect(message.description == expected)
        #expect(
            try result("sendPhoto", ["chat_id": "42", "photo": "AgAC", "caption": "c"])["message_id"] == 12)
    }

    @Test func `message ids count per chat, from the highest one seen`() throws {
        telegram.learn(from: ["id": "q", "message": ["message_id": 5, "chat": ada]])
        telegram.learn(from: ["message_id": 3, "chat": ada])
        #expect(try result("sendMessage", ["chat_id": 42, "text": "x"])["message_id"] == 6)
        #expect(try result("sendMessage", ["chat_id": 43, "text": "x"])["message_id"] == 1)
    }

    @Test func `an unknown chat is made up from its id`() throws {
        func chat(_ id: JSON) throws -> JSON? {
            try result("sendMessage", ["chat_id": id, "text": "x"])["chat"]
        }
        #expect(try chat(5) == ["id": 5, "type": "private"])
        #expect(try chat(-5) == ["id": -5, "type": "group"])
        #expect(try chat(-1_001_234_567_890)?["type"] == "supergroup")
        #expect(try chat("@news")?["type"] == "channel")
        #expect(try chat("@News") == chat("@news"))
    }

    @Test func `a channel post is sent by the channel`() throws {
        let message = try result("sendMessage", ["chat_id": "@news", "text": "x"])
        #expect(message["from"] == nil)
        #expect(message["sender_chat"] == message["chat"])
    }

    @Test func `entities and inline keyboards are returned, even if they were sent as strings`() throws {
        let keyboard = #"{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}"#
        let message = try result(
            "sendMessage",
            [
                "chat_id": "42", "text": "[1]", "reply_markup": JSON(keyboard),
                "entities": [["type": "bold", "offset": 0, "length": 1]], "message_thread_id": "3",
            ])
        #expect(message["reply_markup"]?.description == keyboard)
        #expect(message["entities"]?[0]?["type"] == "bold")
        #expect(message["text"] == "[1]")
        #expect(message["message_thread_id"] == 3)
        let other = try result(
            "sendMessage", ["chat_id": 42, "text": "x", "reply_markup": ["force_reply": true]])
        #expect(other["reply_markup"] == nil)
    }

    @Test func `an edit keeps the message's id`() throws {
        let message = try result("editMessageText", ["chat_id": 42, "message_id": 9, "text": "new"])
        #expect(message["message_id"] == 9)
        #expect(message["edit_date"] == 1_700_000_000)
        #expect(message["text"] == "new")
    }

    @Test func `an edit of an inline message returns true`() throws {
        #expect(try result("editMessageText", ["inline_message_id": "i", "text": "new"]) == true)
    }

    @Test func `an album returns a message for each item`() throws {
        let media: JSON = [
            ["type": "photo", "media": "a", "caption": "one"], ["type": "photo", "media": "b"],
        ]
        let messages = try result("sendMediaGroup", ["chat_id": 42, "media": media])
        #expect(messages.elements.compactMap { $0["message_id"]?.integer } == [1, 2])
        #expect(messages.elements.map { $0["media_group_id"] } == ["1", "1"])
        #expect(messages.elements.map { $0["caption"]?.string } == ["one", nil])
        #expect(try result("sendMediaGroup", ["chat_id": 42, "media": []]) == [])
    }

    @Test func `copies return message ids only`() throws {
        #expect(try result("copyMessage", ["chat_id": 42]) == ["message_id": 1])
        #expect(
            try result("forwardMessages", ["chat_id": 42, "message_ids": "[7,8]"])
                == [["message_id": 2], ["message_id": 3]])
    }

    @Test func `any other method returns true, even an unknown one`() throws {
        #expect(try result("answerCallbackQuery", ["callback_query_id": "1"]) == true)
        #expect(try result("sendHologram", [:]) == true)
    }

    @Test func `refusals have Telegram's messages`() {
        #expect(refusal("sendMessage", ["text": "x"]) == "400 Bad Request: chat_id is empty")
        #expect(refusal("sendPhoto", [:]) == "400 Bad Request: chat_id is empty")
        #expect(refusal("sendMessage", ["chat_id": "x", "text": "x"]) == "400 Bad Request: chat not found")
        #expect(refusal("sendMessage", ["chat_id": 42]) == "400 Bad Request: message text is empty")
        #expect(
            refusal("sendMessage", ["chat_id": 42, "text": " \n"])
                == "400 Bad Request: text must be non-empty")
        #expect(
            refusal("sendMessage", ["chat_id": 42, "text": JSON(String(repeating: "x", count: 4097))])
                == "400 Bad Request: message is too long")
        #expect(
            refusal("editMessageText", ["text": "x"])
                == "400 Bad Request: message identifier is not specified")
    }
}
