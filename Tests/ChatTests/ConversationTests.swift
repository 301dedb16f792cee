import JSON
import TestSupport
import Testing

@testable import Chat
@testable import TelegramSimulator

@Suite struct ConversationTests {
    private let world: SimulatedWorld
    private let conversation: Conversation

    init() throws {
        world = try TestRig().world()
        conversation = Conversation(with: world.telegram)
        world.telegram.onAction = { [conversation] in conversation.observe($0) }
    }

    @discardableResult
    private func type(_ line: String) throws -> Conversation.Outcome {
        try conversation.execute(try TypedLine(line))
    }

    private func bot(_ method: String, _ parameters: JSON) { _ = world.telegram.answer(method, parameters) }

    private func last(_ kind: String) -> JSON? { world.last(kind) }

    @Test func `paid media is bought with its button, unless the bot has a button of that name`() throws {
        #expect(throws: Conversation.ActionError.self) { try type("/press Buy") }
        try type("hi")
        let media: JSON = [["type": "photo", "media": "http://x.y/z"]]
        bot("sendPaidMedia", ["chat_id": 42, "star_count": 5, "payload": "cat", "media": media])
        let keyboard: JSON = ["inline_keyboard": [[["text": "Buy", "callback_data": "b"]]]]
        bot("sendMessage", ["chat_id": 42, "text": "Tea?", "reply_markup": keyboard])
        try type("/press Buy")
        #expect(last("callback_query")?["data"] == "b")
        bot("editMessageText", ["chat_id": 42, "message_id": 3, "text": "Sold out"])
        try type("/press buy")
        #expect(last("purchased_paid_media")?["paid_media_payload"] == "cat")
        #expect(throws: Conversation.ActionError.self) { try type("/press Buy") }
    }

    @Test func `commands of the chat and of the bot are completed`() throws {
        let commands: JSON = [
            "commands": [
                ["command": "photos", "description": "x"], ["command": "help", "description": "x"],
            ]
        ]
        try type("hi")
        bot("setMyCommands", commands)
        #expect(conversation.completions(of: "/ph") == ["/photo ", "/photos"])
        #expect(conversation.completions(of: "/he") == ["/help"])
        #expect(conversation.completions(of: "/unb") == ["/unblock"])
        for text in ["", "hi", "/photo x", "//he"] { #expect(conversation.completions(of: text) == []) }
    }

    @Test func `text is sent by the current user in their own private chat`() throws {
        try type("hello")
        #expect(last("message")?["text"] == "hello")
        #expect(last("message")?["chat"]?["id"] == 42)
        #expect(last("message")?["from"]?["first_name"] == "You")
        try type("/as Bob @bobby")
        #expect(conversation.title == "Bob")
        try type("hi")
        #expect(last("message")?["chat"]?["id"] == 43)
        #expect(last("message")?["from"]?["username"] == "bobby")
        try type("/as You")
        try type("back")
        #expect(last("message")?["chat"]?["id"] == 42)
    }

    @Test func `a group is created once, and every user who writes there joins it`() throws {
        try type("/group Book club")
        #expect(conversation.title == "You in Book club")
        try type("/start")
        let group = try #require(last("message")?["chat"]?["id"]?.integer)
        #expect(group < 0)
        try type("/as Bob")
        #expect(conversation.title == "Bob in Book club")
        try type("/start")
        #expect(last("message")?["chat"]?["id"]?.integer == group)
        try type("/private")
        try type("/group")
        try type("/start")
        #expect(last("message")?["chat"]?["id"]?.integer == group)
    }

    @Test func `a topic belongs to a forum, which is created if there is none`() throws {
        // Runs one step at a time, as a replay does.
        guard case .incomplete = try type("/topic News") else {
            Issue.record("finished")
            return
        }
        #expect(conversation.title == "You in Forum")
        #expect(last("message")?["forum_topic_created"] == nil)
        try type("/topic News")
        #expect(conversation.title == "You in Forum/News")
        try type("/start")
        let topic = try #require(last("message")?["message_thread_id"]?.integer)
        try type("/topic")
        #expect(conversation.title == "You in Forum")
        try type("/start")
        #expect(last("message")?["message_thread_id"] == nil)
        try type("/topic News")
        try type("/start")
        #expect(last("message")?["message_thread_id"]?.integer == topic)
    }

    @Test func `each user writes to a channel in a topic of their own, and the bot can answer there`() throws
    {
        try type("/direct News")
        #expect(conversation.title == "You in News (direct messages)")
        try type("hello")
        let first = try #require(last("message"))
        #expect(first["chat"]?["is_direct_messages"] == true)
        #expect(first["direct_messages_topic"]?["topic_id"] == 42)
        #expect(first["text"] == "hello")
        try type("/as Bob")
        try type("hi")
        #expect(last("message")?["direct_messages_topic"]?["topic_id"] == 43)
        #expect(last("message")?["chat"] == first["chat"])
        let chat = try #require(first["chat"]?["id"])
        let answer: JSON = ["chat_id": chat, "direct_messages_topic_id": 42, "text": "x"]
        #expect(try world.call("sendMessage", answer)["direct_messages_topic"]?["topic_id"] == 42)
        try type("/private")
        try type("/direct")
        #expect(conversation.title == "Bob in News (direct messages)")
        #expect(world.kinds.count { $0 == "my_chat_member" } == 1)
    }

    @Test func `a button is pressed by its number or text, in the last message with buttons`() throws {
        try type("/start")
        #expect(throws: Conversation.ActionError.self) { try type("/press 1") }
        let buttons: JSON = [
            "inline_keyboard": [[["text": "A", "callback_data": "a"], ["text": "B", "callback_data": "b"]]]
        ]
        bot("sendMessage", ["chat_id": 42, "text": "Which?", "reply_markup": buttons])
        bot("sendMessage", ["chat_id": 42, "text": "Hurry"])
        try type("/press 2")
        #expect(last("callback_query")?["data"] == "b")
        try type("/press A")
        #expect(last("callback_query")?["data"] == "a")
        #expect(throws: Conversation.ActionError.self) { try type("/press 3") }
        bot("editMessageText", ["chat_id": 42, "message_id": 2, "text": "Done"])
        #expect(throws: Conversation.ActionError.self) { try type("/press 1") }
    }

    @Test func `an invoice's pay button is pressed like any other`() throws {
        try type("/start")
        bot(
            "sendInvoice",
            [
                "chat_id": 42, "title": "Tea", "description": "Tea", "payload": "t", "currency": "XTR",
                "prices": [["label": "Tea", "amount": 25]],
            ])
        try type("/press 1")
        let query = last("pre_checkout_query")?["id"] ?? ""
        bot("answerPreCheckoutQuery", ["pre_checkout_query_id": query, "ok": true])
        #expect(last("message")?["successful_payment"]?["total_amount"] == 25)
    }

    @Test func `Stop presses the stop button of a draft`() throws {
        try type("/start")
        #expect(throws: Conversation.ActionError.self) { try type("/press Stop") }
        bot("sendMessageDraft", ["chat_id": 42, "draft_id": 3, "text": "Wel", "can_stop": true])
        try type("/press Stop")
        #expect(last("stopped_message_generation")?["draft_id"] == 3)
    }

    @Test func `buttons of the reply keyboard can be pressed too`() throws {
        try type("/start")
        bot(
            "sendMessage",
            ["chat_id": 42, "text": "Which?", "reply_markup": ["keyboard": [["Red", "Blue"]]]])
        #expect(conversation.keyboard?["keyboard"]?.count == 1)
        try type("/press 2")
        #expect(last("message")?["text"] == "Blue")
    }

    @Test func `without a number a command applies to the last message`() throws {
        try type("one")
        try type("two")
        try type("/edit three")
        #expect(last("edited_message")?["message_id"] == 2)
        try type("/edit 1 first")
        #expect(last("edited_message")?["text"] == "first")
        bot("sendMessage", ["chat_id": 42, "text": "yes"])
        try type("/react 👍")
        #expect(last("message_reaction")?["message_id"] == 3)
        try type("/reply 3 why")
        #expect(last("message")?["reply_to_message"]?["message_id"] == 3)
        bot(
            "sendPoll",
            [
                "chat_id": 42, "question": "?", "is_anonymous": false,
                "options": [["text": "a"], ["text": "b"]],
            ])
        try type("/vote 2")
        #expect(last("poll_answer")?["option_ids"] == [1])
    }

    @Test func `an inline result is sent by the user who chose it`() throws {
        try type("/inline cats")
        let id = try #require(last("inline_query")?["id"])
        let article: JSON = [
            "type": "article", "id": "x", "title": "Cat", "input_message_content": ["message_text": "meow"],
        ]
        bot("answerInlineQuery", ["inline_query_id": id, "results": [article]])
        guard case .inlineMessage(let message, by: "You") = try type("/choose 1") else {
            Issue.record("nothing was chosen")
            return
        }
        #expect(message["text"] == "meow")
        #expect(throws: Conversation.ActionError.self) { try type("/choose 2") }
    }

    @Test func `the bot can't write to a user who blocked it`() throws {
        try type("/start")
        try type("/block")
        guard case .failure = world.telegram.answer("sendMessage", ["chat_id": 42, "text": "x"]) else {
            Issue.record("it was sent")
            return
        }
        try type("/unblock")
        guard case .success = world.telegram.answer("sendMessage", ["chat_id": 42, "text": "x"]) else {
            Issue.record("it wasn't sent")
            return
        }
    }

    @Test func `a missing file is named`() {
        do {
            try type("/photo /nowhere/cat.png")
            Issue.record("it was sent")
        } catch {
            #expect("\(error)" == "/nowhere/cat.png: No such file or directory")
        }
    }
}
