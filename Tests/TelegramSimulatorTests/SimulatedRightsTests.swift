import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedRightsTests {
    private let world: SimulatedWorld

    init() throws { world = try TestRig().world() }

    @Test func `a bot has exactly the rights that it was given`() throws {
        let group = try world.act("createGroup", ["bot_rights": ["can_pin_messages": true]])["id"] ?? .null
        #expect(world.last("my_chat_member")?["new_chat_member"]?["status"] == "administrator")
        let sent = try world.act("sendMessage", ["chat_id": group, "text": "x"])
        let place: JSON = ["chat_id": group, "message_id": sent["message_id"] ?? .null, "title": "a"]
        try world.call("pinChatMessage", place)
        #expect(world.refusal("deleteMessage", place) == "400 Bad Request: message can't be deleted")
        #expect(
            world.refusal("setChatTitle", place) == "400 Bad Request: not enough rights to change chat title")
        let member = try world.call("getChatMember", ["chat_id": group, "user_id": 7])
        #expect(member["can_pin_messages"] == true)
        #expect(member["can_change_info"] == false)
        #expect(member["can_post_messages"] == nil)
    }

    @Test func `a channel's bot may do all but appoint administrators`() throws {
        let channel = try world.act("createChannel")["id"] ?? .null
        try world.act("joinChat", ["chat_id": channel], as: 43)
        try world.call("setChatTitle", ["chat_id": channel, "title": "a"])
        #expect(
            world.refusal("promoteChatMember", ["chat_id": channel, "user_id": 43, "can_manage_chat": true])
                == "400 Bad Request: not enough rights to promote/demote chat administrators")
        let silent = try world.act("createChannel", ["bot_rights": ["can_change_info": true]])["id"] ?? .null
        #expect(
            world.refusal("sendMessage", ["chat_id": silent, "text": "x"])
                == "400 Bad Request: need administrator rights in the channel chat")
    }

    @Test func `default rights are those of the kind of chat`() throws {
        let all: JSON = ["is_anonymous": true, "can_pin_messages": true, "can_post_messages": true]
        try world.call("setMyDefaultAdministratorRights", ["rights": all, "for_channels": true])
        let rights = try world.call("getMyDefaultAdministratorRights", ["for_channels": true])
        #expect(rights["can_post_messages"] == true)
        #expect(rights["is_anonymous"] == false)
        #expect(rights["can_pin_messages"] == nil)
        let group = try world.call("getMyDefaultAdministratorRights", [:])
        #expect(group["can_pin_messages"] == false)
        try world.call("setMyDefaultAdministratorRights", ["for_channels": true])
        let cleared = try world.call("getMyDefaultAdministratorRights", ["for_channels": true])
        #expect(cleared["can_post_messages"] == false)
    }
}
