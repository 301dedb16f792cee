import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedDirectMessagesTests {
    private let world: SimulatedWorld

    init() throws { world = try TestRig().world() }

    /// A channel of user 1, and the chat for messages to it.
    private func open() throws -> (channel: JSON, chat: JSON) {
        let channel = try #require(try world.act("createChannel", ["title": "News"], as: 1)["id"])
        let chat = try world.act("openDirectMessages", ["chat_id": channel])
        #expect(chat["is_direct_messages"] == true)
        world.forget()
        return (channel, try #require(chat["id"]))
    }

    @Test func `a channel has one chat for its direct messages, with the channel as its parent`() throws {
        let (channel, chat) = try open()
        #expect(try world.act("openDirectMessages", ["chat_id": channel], as: 43)["id"] == chat)
        let info = try world.call("getChat", ["chat_id": chat])
        #expect(info["type"] == "supergroup")
        #expect(info["parent_chat"]?["id"] == channel)
        let group = try world.act("createGroup")["id"] ?? 0
        #expect(world.failure("openDirectMessages", ["chat_id": group]) != nil)
    }

    @Test func `each user writes in a topic of their own, and the bot answers in it`() throws {
        let (_, chat) = try open()
        for person: Int64 in [42, 43] {
            let said = try world.act("sendMessage", ["chat_id": chat, "text": "hello"], as: person)
            #expect(said["direct_messages_topic"]?["topic_id"]?.integer == person)
            #expect(said["direct_messages_topic"]?["user"]?["id"]?.integer == person)
            #expect(world.last("message") == said)
        }
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        let sent = try world.call(
            "sendMessage",
            ["chat_id": chat, "direct_messages_topic_id": "43", "text": "x", "reply_markup": keyboard])
        #expect(sent["direct_messages_topic"]?["user"]?["id"] == 43)
        let pressed = try world.act("pressButton", ["chat_id": chat, "button": "Yes"], as: 43)
        #expect(pressed["message"]?["direct_messages_topic"] == sent["direct_messages_topic"])
        let reply: JSON = [
            "chat_id": chat, "text": "y", "reply_parameters": ["message_id": sent["message_id"] ?? 0],
        ]
        #expect(try world.call("sendMessage", reply)["direct_messages_topic"]?["topic_id"] == 43)
    }

    @Test func `a call without a topic or with an unknown one is refused`() throws {
        let (_, chat) = try open()
        #expect(
            world.refusal("sendMessage", ["chat_id": chat, "text": "x"])
                == "400 Bad Request: direct messages topic must be specified")
        #expect(
            world.refusal("sendMessage", ["chat_id": chat, "text": "x", "direct_messages_topic_id": 42])
                == "400 Bad Request: topic not found")
    }

    @Test func `an administrator of the channel answers in its name`() throws {
        let (channel, chat) = try open()
        try world.act("sendMessage", ["chat_id": chat, "text": "hello"])
        let answer = try world.act(
            "sendMessage", ["chat_id": chat, "direct_messages_topic_id": 42, "text": "hi"], as: 1)
        #expect(answer["sender_chat"]?["id"] == channel)
        #expect(answer["direct_messages_topic"]?["topic_id"] == 42)
    }

    @Test func `a bot that left the channel is out of its direct messages too`() throws {
        let (channel, chat) = try open()
        try world.act("sendMessage", ["chat_id": chat, "text": "hello"])
        try world.act("removeBot", ["chat_id": channel], as: 1)
        world.forget()
        try world.act("sendMessage", ["chat_id": chat, "text": "hello?"])
        #expect(world.updates.isEmpty)
        #expect(
            world.refusal("sendMessage", ["chat_id": chat, "text": "x", "direct_messages_topic_id": 42])?
                .contains("Forbidden: bot was kicked") == true)
    }

    @Test func `a topic that an update shows is known`() throws {
        let message: JSON = [
            "message_id": 5, "date": 1, "from": ["id": 42, "is_bot": false, "first_name": "Ada"],
            "chat": ["id": -1_001_000_000_009, "type": "supergroup", "is_direct_messages": true],
            "direct_messages_topic": ["topic_id": 5_000_000_000, "user": ["id": 42, "first_name": "Ada"]],
        ]
        world.telegram.learn(from: message)
        let sent = try world.call(
            "sendMessage",
            ["chat_id": -1_001_000_000_009, "direct_messages_topic_id": 5_000_000_000, "text": "x"])
        #expect(sent["direct_messages_topic"]?["topic_id"] == 5_000_000_000)
    }

    @Test func `an ephemeral answer goes to its query's chat`() throws {
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        try world.act("start")
        try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": keyboard])
        let query = try world.act("pressButton", ["button": 1])["id"] ?? 0
        let answer: JSON = [
            "text": "only for you", "ephemeral_message_parameters": ["callback_query_id": query],
        ]
        #expect(try world.call("sendMessage", answer)["chat"]?["id"] == 42)
        let other: JSON = ["text": "x", "ephemeral_message_parameters": ["callback_query_id": "1"]]
        #expect(world.refusal("sendMessage", other)?.contains("query is too old") == true)
        let replay = try TestRig().world(strictness: .lenient)
        replay.telegram.learn(from: ["message_id": 5, "chat": ["id": -100, "type": "supergroup"]])
        #expect(try replay.call("sendMessage", other)["chat"]?["id"] == -100)
    }
}
