import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedMessagesTests {
    private let world: SimulatedWorld

    init() throws { world = try TestRig().world() }

    @Test func `users' messages reach the bot, and its answers are shown`() throws {
        try world.act("createUser", ["id": 42, "first_name": "Ada", "language_code": "en"])
        let written = try world.act("sendMessage", ["text": "hi"])
        #expect(world.kinds == ["message"])
        #expect(world.updates[0].payload == written)
        #expect(
            written.description
                == #"{"message_id":1,"from":{"id":42,"is_bot":false,"first_name":"Ada","language_code":"en"},"#
                + #""chat":{"id":42,"type":"private","first_name":"Ada"},"date":1700000000,"text":"hi"}"#)
        let answer = try world.call("sendMessage", ["chat_id": 42, "text": "hello"])
        #expect(answer["message_id"] == 2)
        #expect(world.messages == [answer])
        #expect(world.kinds == ["message"])
    }

    @Test func `the bot can't write to a chat that never appeared`() throws {
        #expect(
            world.refusal("sendMessage", ["chat_id": 42, "text": "x"]) == "400 Bad Request: chat not found")
        #expect(
            world.refusal("sendMessage", ["chat_id": "@news", "text": "x"])
                == "400 Bad Request: chat not found")
        try world.act("createUser", ["id": 42, "first_name": "Ada"])
        #expect(
            world.refusal("sendMessage", ["chat_id": 42, "text": "x"])
                == "403 Forbidden: bot can't initiate conversation with a user")
        try world.act("createUser", ["id": 9, "first_name": "R2", "is_bot": true])
        #expect(
            world.refusal("sendMessage", ["chat_id": 9, "text": "x"])
                == "403 Forbidden: bots can't send messages to bots")
    }

    @Test func `a blocked bot can't write or be written to until it is unblocked`() throws {
        try world.act("start")
        try world.act("blockBot")
        #expect(world.last("my_chat_member")?["new_chat_member"]?["status"] == "kicked")
        #expect(
            world.refusal("sendMessage", ["chat_id": 42, "text": "x"])
                == "403 Forbidden: bot was blocked by the user")
        #expect(world.failure("sendMessage", ["text": "x"]) == "400 Bad Request: YOU_BLOCKED_USER")
        try world.act("unblockBot")
        #expect(world.last("my_chat_member")?["new_chat_member"]?["status"] == "member")
        try world.call("sendMessage", ["chat_id": 42, "text": "x"])
    }

    @Test func `a reply contains the original message, which must exist`() throws {
        try world.act("sendMessage", ["text": "one"])
        let answer = try world.call(
            "sendMessage", ["chat_id": 42, "text": "two", "reply_parameters": ["message_id": 1]])
        #expect(answer["reply_to_message"]?["text"] == "one")
        let again = try world.act("sendMessage", ["text": "three", "reply_parameters": ["message_id": 2]])
        #expect(again["reply_to_message"]?["text"] == "two")
        #expect(again["reply_to_message"]?["reply_to_message"] == nil)
        #expect(
            world.refusal(
                "sendMessage", ["chat_id": 42, "text": "x", "reply_parameters": ["message_id": 99]])
                == "400 Bad Request: message to be replied not found")
        #expect(
            world.refusal("sendMessage", ["chat_id": 42, "text": "x", "reply_parameters": ["quote": "x"]])
                == #"400 Bad Request: can't find field "message_id""#)
        let lenient: JSON = ["message_id": 99, "allow_sending_without_reply": true]
        let sent = try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_parameters": lenient])
        #expect(sent["reply_to_message"] == nil)
        #expect(sent["message_id"] == 4)
    }

    @Test func `an edit changes the message and is shown, and removes a keyboard that isn't repeated`() throws
    {
        try world.act("start")
        let keyboard: JSON = ["inline_keyboard": [[["text": "a", "callback_data": "b"]]]]
        try world.call("sendMessage", ["chat_id": 42, "text": "old", "reply_markup": keyboard])
        world.now += 5
        let edit: JSON = ["chat_id": 42, "message_id": 2, "text": "new"]
        let edited = try world.call("editMessageText", edit)
        #expect(edited["text"] == "new")
        #expect(edited["date"] == 1_700_000_000)
        #expect(edited["edit_date"] == 1_700_000_005)
        #expect(edited["reply_markup"] == nil)
        #expect(world.edited == [edited])
        #expect(
            world.refusal("editMessageText", edit)
                == "400 Bad Request: message is not modified: specified new message content and reply markup are exactly "
                + "the same as a current content and reply markup of the message")
        try world.call("editMessageReplyMarkup", ["chat_id": 42, "message_id": 2, "reply_markup": keyboard])
        #expect(world.edited.last?["reply_markup"] == keyboard)
        #expect(world.edited.last?["text"] == "new")
    }

    @Test func `only the bot's own existing messages of the right kind can be edited`() throws {
        try world.act("start")
        func edit(_ id: JSON, _ method: String = "editMessageText") -> String? {
            world.refusal(method, ["chat_id": 42, "message_id": id, "text": "x", "caption": "x"])
        }
        #expect(edit(99) == "400 Bad Request: message to edit not found")
        #expect(edit(1) == "400 Bad Request: message can't be edited")
        try world.call("sendMessage", ["chat_id": 42, "text": "text"])
        #expect(
            edit(2, "editMessageCaption") == "400 Bad Request: there is no caption in the message to edit")
        try world.call("sendDice", ["chat_id": 42])
        #expect(edit(3) == "400 Bad Request: there is no text in the message to edit")
        #expect(
            world.refusal(
                "editMessageLiveLocation", ["chat_id": 42, "message_id": 2, "latitude": 1, "longitude": 2])
                == "400 Bad Request: message can't be edited")
        #expect(
            world.refusal("editMessageText", ["inline_message_id": "x", "text": "x"])?.contains(
                "MESSAGE_ID_INVALID") == true)
    }

    @Test func `a user's edits reach the bot, and deletions don't`() throws {
        try world.act("sendMessage", ["text": "one"])
        world.forget()
        try world.act("editMessageText", ["message_id": 1, "text": "two"])
        #expect(world.kinds == ["edited_message"])
        #expect(world.updates[0].payload["text"] == "two")
        try world.act("deleteMessage", ["message_id": 1])
        #expect(world.kinds == ["edited_message"])
        #expect(
            world.refusal("deleteMessage", ["chat_id": 42, "message_id": 1])
                == "400 Bad Request: message to delete not found")
    }

    @Test func `messages that the bot deletes disappear`() throws {
        try world.act("sendMessage", ["text": "one"])
        try world.call("sendMessage", ["chat_id": 42, "text": "two"])
        try world.call("deleteMessages", ["chat_id": 42, "message_ids": [1, 2, 99]])
        guard case .deleted(let chat, let messages) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
        #expect((chat, messages) == (42, [1, 2]))
    }

    @Test func `a forward names its origin, and a copy doesn't`() throws {
        try world.act("sendMessage", ["text": "one"])
        try world.act("start", as: 43)
        let forward = try world.call("forwardMessage", ["chat_id": 43, "from_chat_id": 42, "message_id": 1])
        #expect(forward["text"] == "one")
        #expect(forward["forward_origin"]?["type"] == "user")
        #expect(forward["forward_origin"]?["sender_user"]?["id"] == 42)
        let copy = try world.call("copyMessage", ["chat_id": 43, "from_chat_id": 42, "message_id": 1])
        #expect(copy == ["message_id": 3])
        #expect(world.messages.last?["text"] == "one")
        #expect(world.messages.last?["forward_origin"] == nil)
        let parameters: JSON = ["chat_id": 43, "from_chat_id": 42, "message_id": 99]
        #expect(
            world.refusal("forwardMessage", parameters) == "400 Bad Request: message to forward not found")
        #expect(world.refusal("copyMessage", parameters) == "400 Bad Request: message to copy not found")
    }

    @Test func `users' reactions reach the bot, and the bot's are shown`() throws {
        try world.act("sendMessage", ["text": "one"])
        try world.act("setMessageReaction", ["message_id": 1, "reaction": "👍"])
        let change = try #require(world.last("message_reaction"))
        #expect(change["new_reaction"] == [["type": "emoji", "emoji": "👍"]])
        #expect(change["old_reaction"] == [])
        let heart: JSON = [["type": "emoji", "emoji": "❤️"]]
        try world.call("setMessageReaction", ["chat_id": 42, "message_id": 1, "reaction": heart])
        guard case .reaction(let reaction) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
        #expect(reaction["reaction"] == heart)
        #expect(
            world.refusal(
                "setMessageReaction",
                ["chat_id": 42, "message_id": 1, "reaction": [["type": "emoji", "emoji": "🥑"]]])
                == "400 Bad Request: REACTION_INVALID")
    }

    @Test func `a pinned message is announced to the bot and shown by getChat`() throws {
        try world.act("sendMessage", ["text": "one"])
        try world.call("pinChatMessage", ["chat_id": 42, "message_id": 1])
        #expect(world.last("message")?["pinned_message"]?["text"] == "one")
        #expect(try world.call("getChat", ["chat_id": 42])["pinned_message"]?["message_id"] == 1)
        try world.call("unpinChatMessage", ["chat_id": 42])
        #expect(try world.call("getChat", ["chat_id": 42])["pinned_message"] == nil)
    }

    @Test func `a typing action is shown, and an unknown action refused`() throws {
        try world.act("start")
        try world.call("sendChatAction", ["chat_id": 42, "action": "typing"])
        guard case .action(let action, let chat) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
        #expect((action["action"], chat) == ("typing", 42))
        #expect(
            world.refusal("sendChatAction", ["chat_id": 42, "action": "sing"])
                == "400 Bad Request: wrong parameter action in request")
    }

    @Test func `texts and captions that Telegram would refuse are refused with its messages`() throws {
        try world.act("start")
        #expect(world.refusal("sendMessage", ["chat_id": 42]) == "400 Bad Request: message text is empty")
        #expect(
            world.refusal("sendPhoto", ["chat_id": 42]) == "400 Bad Request: there is no photo in the request"
        )
        #expect(
            world.refusal("sendPhoto", ["chat_id": 42, "photo": "x"])
                == "400 Bad Request: wrong file identifier/HTTP URL specified")
        #expect(
            world.refusal("sendMessage", ["chat_id": 42, "text": "x", "message_thread_id": 5])
                == "400 Bad Request: message thread not found")
    }

    @Test func `the same actions give the same answers, dice included`() throws {
        func session() throws -> [String] {
            let world = try TestRig().world()
            try world.act("start")
            return try ["🎲", "🎲", "🎰"].map {
                try world.call("sendDice", ["chat_id": 42, "emoji": JSON($0)]).description
            }
        }
        #expect(try session() == session())
    }
}
