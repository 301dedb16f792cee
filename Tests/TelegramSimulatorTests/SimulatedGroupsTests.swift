import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedGroupsTests {
    private let world: SimulatedWorld

    init() throws { world = try TestRig().world() }

    private func group(_ parameters: JSON = ["title": "Tea"]) throws -> JSON {
        let chat = try world.act("createGroup", parameters)
        world.forget()
        return try #require(chat["id"])
    }

    private func promoteBot(in group: JSON) throws {
        try world.act("promoteChatMember", ["chat_id": group, "user_id": 7])
    }

    @Test func `creating a group notifies the bot that it was added`() throws {
        let chat = try world.act("createGroup", ["title": "Tea"])
        #expect(chat == ["id": -1_001_000_000_001, "title": "Tea", "type": "supergroup"])
        #expect(world.kinds == ["my_chat_member", "message"])
        #expect(world.updates[0].payload["new_chat_member"]?["status"] == "member")
        #expect(world.updates[1].payload["new_chat_members"]?[0]?["id"] == 7)
        let basic = try world.act("createGroup", ["type": "group"])
        #expect(basic["type"] == "group")
        #expect(basic["id"] == -1)
        #expect(try world.act("createGroup")["id"] == -1_001_000_000_002)
        try world.call("sendMessage", ["chat_id": -1, "text": "x"])
    }

    @Test func `privacy mode hides messages that aren't meant for the bot`() throws {
        let group = try group()
        func write(_ text: JSON, _ more: JSON = [:]) throws {
            var parameters: JSON = ["chat_id": group, "text": text]
            parameters.merge(more)
            try world.act("sendMessage", parameters)
        }
        let answer = try world.call("sendMessage", ["chat_id": group, "text": "x"])
        for text in ["hello", "/help@other_bot"] as [JSON] { try write(text) }
        #expect(world.updates.isEmpty)
        #expect(world.unseen.count == 2)
        for text in ["/help", "/help@demo_bot", "hi @Demo_Bot!"] as [JSON] { try write(text) }
        try write("yes", ["reply_parameters": ["message_id": answer["message_id"] ?? .null]])
        #expect(world.kinds == ["message", "message", "message", "message"])

        world.forget()
        try promoteBot(in: group)
        try write("hello")
        #expect(world.kinds == ["my_chat_member", "message"])
        try world.act("promoteChatMember", ["chat_id": group, "user_id": 7, "can_manage_chat": false])
        world.telegram.seesAllGroupMessages = true
        world.forget()
        try write("hello")
        #expect(world.kinds == ["message"])
        #expect(try world.call("getMe", [:])["can_read_all_group_messages"] == true)
    }

    @Test func `a user who writes to a group joins it first`() throws {
        let group = try group()
        try promoteBot(in: group)
        world.forget()
        try world.act("sendMessage", ["chat_id": group, "text": "hi"], as: 43)
        #expect(world.kinds == ["chat_member", "message", "message"])
        #expect(world.updates[1].payload["new_chat_members"]?[0]?["id"] == 43)
        #expect(try world.call("getChatMemberCount", ["chat_id": group]) == 3)
        #expect(try world.call("getChatMember", ["chat_id": group, "user_id": 43])["status"] == "member")
        #expect(try world.call("getChatMember", ["chat_id": group, "user_id": 42])["status"] == "creator")
        #expect(
            try world.call("getChatAdministrators", ["chat_id": group]).elements.map { $0["user"]?["id"] }
                == [7, 42])
    }

    @Test func `a bot that isn't an administrator can't do an administrator's work`() throws {
        let group = try group()
        try world.act("sendMessage", ["chat_id": group, "text": "/hi"], as: 43)
        func refusal(_ method: String, _ parameters: JSON = [:]) -> String? {
            var all: JSON = [
                "chat_id": group, "user_id": 43, "message_id": 3, "title": "x", "permissions": [:],
            ]
            all.merge(parameters)
            return world.refusal(method, all)?.replacing("400 Bad Request: ", with: "")
        }
        #expect(refusal("deleteMessage") == "message can't be deleted")
        #expect(refusal("pinChatMessage") == "not enough rights to manage pinned messages in the chat")
        #expect(refusal("banChatMember") == "not enough rights to restrict/unrestrict chat member")
        #expect(refusal("restrictChatMember") == "not enough rights to restrict/unrestrict chat member")
        #expect(refusal("setChatTitle") == "not enough rights to change chat title")
        try promoteBot(in: group)
        #expect(refusal("deleteMessage") == nil)
        #expect(refusal("setChatTitle") == nil)
        #expect(refusal("setChatTitle") == "chat title is not modified")
        #expect(refusal("banChatMember") == nil)
        #expect(refusal("banChatMember", ["user_id": 42]) == "can't remove chat owner")
        #expect(world.last("message")?["left_chat_member"]?["id"] == 43)
        #expect(
            world.failure("sendMessage", ["chat_id": group, "text": "x"], as: 43)
                == "400 Bad Request: USER_BANNED_IN_CHANNEL")
        try world.call("unbanChatMember", ["chat_id": group, "user_id": 43])
        try world.act("sendMessage", ["chat_id": group, "text": "x"], as: 43)
    }

    @Test func `a bot is notified when it is removed or leaves`() throws {
        let group = try group()
        try world.act("removeBot", ["chat_id": group])
        #expect(world.last("my_chat_member")?["new_chat_member"]?["status"] == "kicked")
        #expect(
            world.refusal("sendMessage", ["chat_id": group, "text": "x"])
                == "403 Forbidden: bot was kicked from the supergroup chat")
        world.forget()
        try world.act("sendMessage", ["chat_id": group, "text": "/x"])
        #expect(world.updates.isEmpty)
        try world.act("addBot", ["chat_id": group])
        #expect(world.kinds == ["my_chat_member", "message"])
        try world.act("addBot", ["chat_id": group])
        #expect(world.kinds == ["my_chat_member", "message"])
        try world.call("leaveChat", ["chat_id": group])
        #expect(
            world.refusal("sendMessage", ["chat_id": group, "text": "x"])
                == "403 Forbidden: bot is not a member of the supergroup chat")
    }

    @Test func `channel posts arrive as such, and only administrators write them`() throws {
        let chat = try world.act("createChannel", ["title": "News", "username": "news"])
        world.forget()
        try world.act("sendMessage", ["chat_id": "@News", "text": "x"])
        #expect(world.kinds == ["channel_post"])
        #expect(world.updates[0].payload["sender_chat"] == chat)
        #expect(world.updates[0].payload["from"] == nil)
        let post = try world.call("sendMessage", ["chat_id": "@news", "text": "y"])
        #expect(post["sender_chat"] == chat)
        #expect(
            world.failure("sendMessage", ["chat_id": "@news", "text": "x"], as: 43)
                == "400 Bad Request: need administrator rights in the channel chat")
    }

    @Test func `topics are created, closed and deleted`() throws {
        let group = try group(["title": "Tea", "is_forum": true])
        let topic = try world.act("createForumTopic", ["chat_id": group, "name": "Green"])
        let thread = try #require(topic["message_thread_id"])
        #expect(world.last("message")?["forum_topic_created"]?["name"] == "Green")
        let place: JSON = ["chat_id": group, "text": "/x", "message_thread_id": thread]
        #expect(try world.act("sendMessage", place)["is_topic_message"] == true)
        #expect(try world.call("sendMessage", place)["message_thread_id"] == thread)
        #expect(
            world.refusal("createForumTopic", ["chat_id": group, "name": "x"])
                == "400 Bad Request: not enough rights to create a topic")
        try world.act("closeForumTopic", place)
        #expect(world.refusal("sendMessage", place) == "400 Bad Request: TOPIC_CLOSED")
        try promoteBot(in: group)
        try world.call("sendMessage", place)
        try world.call("deleteForumTopic", place)
        #expect(world.refusal("sendMessage", place) == "400 Bad Request: message thread not found")
        let general: JSON = ["chat_id": group, "text": "x", "message_thread_id": 1]
        #expect(world.refusal("sendMessage", general) == "400 Bad Request: message thread not found")
        #expect(try world.call("createForumTopic", ["chat_id": group, "name": "Black"])["name"] == "Black")
    }
}
