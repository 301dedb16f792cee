import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedInvitesTests {
    private let world: SimulatedWorld
    private let channel: JSON

    init() throws {
        world = try TestRig().world()
        channel = try #require(try world.act("createChannel")["id"])
        world.forget()
    }

    private func call(_ method: String, _ parameters: JSON = [:]) throws -> JSON {
        try world.call(method, all(parameters))
    }

    private func all(_ parameters: JSON) -> JSON {
        var all: JSON = ["chat_id": channel, "user_id": 43]
        all.merge(parameters)
        return all
    }

    private func link(_ parameters: JSON = [:]) throws -> JSON {
        try #require(try call("createChatInviteLink", parameters)["invite_link"])
    }

    private func join(_ link: JSON, as person: Int64 = 43) throws -> JSON {
        try world.act("joinChat", ["invite_link": link], as: person)
    }

    @Test func `an edit replaces the properties of an invite link`() throws {
        let made = try call("createChatInviteLink", ["member_limit": 5, "expire_date": 1_700_000_060])
        #expect(made["name"] == nil)
        #expect(made["member_limit"] == 5)
        #expect(made["creates_join_request"] == false)
        let address = try #require(made["invite_link"])
        let named = try call("editChatInviteLink", ["invite_link": address, "name": "a"])
        #expect(named["invite_link"] == address)
        #expect(named["name"] == "a")
        #expect(named["member_limit"] == nil)
        #expect(named["expire_date"] == nil)
        let revoked = try call("revokeChatInviteLink", ["invite_link": address])
        #expect(revoked["name"] == "a")
        #expect(revoked["is_revoked"] == true)
        #expect(world.failure("joinChat", ["invite_link": address], as: 43)?.contains("EXPIRED") == true)
        let again = world.refusal("editChatInviteLink", all(["invite_link": address]))
        #expect(again == "400 Bad Request: INVITE_HASH_EXPIRED")
    }

    @Test func `a new primary link revokes the old one`() throws {
        let first = try call("exportChatInviteLink")
        let second = try call("exportChatInviteLink")
        #expect(first != second)
        #expect(world.failure("joinChat", ["invite_link": first], as: 43)?.contains("EXPIRED") == true)
        #expect(try join(second)["id"] == channel)
    }

    @Test func `a subscription link keeps its price in an edit`() throws {
        let price: JSON = ["subscription_period": 2_592_000, "subscription_price": 13, "name": "a"]
        let made = try call("createChatSubscriptionInviteLink", price)
        #expect(made["subscription_price"] == 13)
        let address = made["invite_link"] ?? ""
        let edited = try call("editChatSubscriptionInviteLink", ["invite_link": address, "name": "b"])
        #expect(edited["name"] == "b")
        #expect(edited["subscription_period"] == 2_592_000)
    }

    @Test func `a link ends at its date and its number of members`() throws {
        let limited = try link(["member_limit": 1])
        #expect(try join(limited)["id"] == channel)
        #expect(world.last("chat_member")?["invite_link"]?["invite_link"] == limited)
        #expect(world.failure("joinChat", ["invite_link": limited], as: 44)?.contains("EXPIRED") == true)
        let brief = try link(["expire_date": 1_700_000_060])
        world.now += 60
        #expect(world.failure("joinChat", ["invite_link": brief], as: 44)?.contains("EXPIRED") == true)
    }

    @Test func `a request to join is approved or declined once`() throws {
        let asking = try link(["creates_join_request": true])
        #expect(try join(asking)["from"]?["id"] == 43)
        _ = try join(asking)
        #expect(world.kinds == ["chat_join_request"])
        #expect(world.last("chat_join_request")?["invite_link"]?["invite_link"] == asking)
        #expect(try call("getChatMember")["status"] == "left")
        #expect(try call("approveChatJoinRequest") == true)
        #expect(world.last("chat_member")?["via_join_request"] == true)
        #expect(try call("getChatMember")["status"] == "member")
        let late = world.refusal("approveChatJoinRequest", all([:]))
        #expect(late == "400 Bad Request: USER_ALREADY_PARTICIPANT")
        _ = try join(asking, as: 44)
        #expect(try call("declineChatJoinRequest", ["user_id": 44]) == true)
        #expect(try call("getChatMember", ["user_id": 44])["status"] == "left")
        let missing = world.refusal("declineChatJoinRequest", all(["user_id": 44]))
        #expect(missing == "400 Bad Request: HIDE_REQUESTER_MISSING")
    }

    @Test func `links need a right, and a limit excludes approval`() throws {
        let both = all(["creates_join_request": true, "member_limit": 2])
        #expect(world.refusal("createChatInviteLink", both)?.contains("administrator approval") == true)
        let group = try world.act("createGroup")["id"] ?? .null
        #expect(
            world.refusal("createChatInviteLink", ["chat_id": group])
                == "400 Bad Request: not enough rights to manage chat invite link")
    }

    @Test func `in a replay any link and any request exists`() throws {
        let replay = SimulatedTelegram(now: { 0 })
        let link: JSON = ["chat_id": -5, "invite_link": "https://t.me/+x", "name": "a", "user_id": 43]
        #expect(try replay.answer("editChatInviteLink", link).get()["name"] == "a")
        #expect(try replay.answer("approveChatJoinRequest", link).get() == true)
    }
}
