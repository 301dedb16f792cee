import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

/// What two bots of one simulated Telegram see of each other.
@Suite struct SeveralBotsTests {
    private let bots: TwoBots
    private var demo: SimulatedWorld { bots.demo }
    private var second: SimulatedWorld { bots.second }

    init() throws { bots = try TwoBots() }

    @Test func `each bot has a private chat of its own with a user`() throws {
        try demo.act("sendMessage", ["text": "to the first"])
        #expect(
            second.refusal("sendMessage", ["chat_id": 42, "text": "x"])?.contains("can't initiate") == true)
        let sent = try second.act("sendMessage", ["text": "to the second"])
        #expect(sent["message_id"] == 1)
        #expect(demo.updates.map { $0.payload["text"] } == ["to the first"])
        #expect(second.updates.map { $0.payload["text"] } == ["to the second"])
        try second.call("sendMessage", ["chat_id": 42, "text": "hello"])
        #expect(second.messages.first?["from"]?["username"] == "second_bot")
        #expect(demo.messages.isEmpty)
        try demo.act("blockBot")
        try second.call("sendMessage", ["chat_id": 42, "text": "still here"])
    }

    @Test(arguments: ["8", "@second_bot", "@Second_Bot"])
    func `a user names the bot of a private chat`(_ name: String) throws {
        try demo.act("sendMessage", ["chat_id": JSON(name), "text": "hello"])
        #expect(demo.updates.isEmpty)
        #expect(second.kinds == ["message"])
    }

    @Test func `all bots of a group receive a user's message, and none that of a bot`() throws {
        let group = try bots.group(["bot_rights": ["can_manage_chat": true]])
        try demo.act("sendMessage", ["chat_id": group, "text": "hello @second_bot"])
        #expect(demo.kinds == ["message"])
        #expect(second.kinds == ["message"])
        #expect(demo.updates.first?.payload["message_id"] == second.updates.first?.payload["message_id"])
        bots.forget()
        try demo.call("sendMessage", ["chat_id": group, "text": "hello @second_bot"])
        #expect(demo.updates.isEmpty)
        #expect(second.updates.isEmpty)
        #expect(demo.messages.count == 1)
        #expect(second.messages.isEmpty)
    }

    @Test func `privacy mode applies to each bot`() throws {
        let group = try bots.group(["bot_rights": ["can_manage_chat": true]])
        try demo.act("sendMessage", ["chat_id": group, "text": "hello"])
        #expect(demo.kinds == ["message"])
        #expect(second.updates.isEmpty)
        #expect(second.unseen.count == 1)
        #expect(demo.unseen.isEmpty)
    }

    @Test func `a command goes to the bot that it names, else to the one that wrote last`() throws {
        let group = try bots.group()
        func send(_ text: JSON) throws -> [Int] {
            bots.forget()
            try demo.act("sendMessage", ["chat_id": group, "text": text])
            return [demo.updates.count, second.updates.count]
        }
        #expect(try send("/start") == [1, 1])
        #expect(try send("/start@second_bot") == [0, 1])
        #expect(try send("/start@demo_bot") == [1, 0])
        try second.call("sendMessage", ["chat_id": group, "text": "x"])
        #expect(try send("/start") == [0, 1])
        try demo.call("sendMessage", ["chat_id": group, "text": "x"])
        #expect(try send("/start") == [1, 0])
        try demo.act("removeBot", ["chat_id": group])
        #expect(try send("/start") == [0, 1])
    }

    @Test func `administrators see each other's changes, and each bot its own`() throws {
        let group = try bots.group(["bot_rights": ["can_manage_chat": true, "can_promote_members": true]])
        try demo.call("promoteChatMember", ["chat_id": group, "user_id": 8, "can_manage_chat": true])
        #expect(demo.kinds == ["chat_member"])
        #expect(second.kinds == ["my_chat_member"])
        bots.forget()
        try demo.act("joinChat", ["chat_id": group], as: 43)
        #expect(demo.kinds == ["chat_member", "message"])
        #expect(second.kinds == ["chat_member", "message"])
        bots.forget()
        try demo.act("removeBot", ["chat_id": group])
        #expect(demo.last("my_chat_member")?["new_chat_member"]?["status"] == "kicked")
        #expect(second.last("chat_member")?["new_chat_member"]?["user"]?["id"] == 7)
        #expect(demo.refusal("sendMessage", ["chat_id": group, "text": "x"])?.contains("kicked") == true)
        try second.call("sendMessage", ["chat_id": group, "text": "x"])
    }

    @Test func `reactions and requests to join reach all administrators`() throws {
        let rights: JSON = ["can_manage_chat": true, "can_invite_users": true]
        let group = try #require(try demo.act("createGroup", ["bot_rights": rights])["id"])
        try second.act("addBot", ["chat_id": group, "bot_rights": rights])
        let sent = try demo.act("sendMessage", ["chat_id": group, "text": "x"])
        let link = try second.call("createChatInviteLink", ["chat_id": group, "creates_join_request": true])
        bots.forget()
        try demo.act(
            "setMessageReaction",
            [
                "chat_id": group, "message_id": sent["message_id"] ?? 0,
                "reaction": [["type": "emoji", "emoji": "👍"]],
            ])
        try demo.act("joinChat", ["invite_link": link["invite_link"] ?? ""], as: 43)
        #expect(demo.kinds == ["message_reaction", "chat_join_request"])
        #expect(second.kinds == ["message_reaction", "chat_join_request"])
    }

    @Test func `bots share files, users and groups, but not their profiles`() throws {
        let group = try bots.group(["bot_rights": ["can_manage_chat": true]])
        let photo = try #require(demo.telegram.files.add(.bytes([1, 2, 3]), path: "documents/x") as String?)
        #expect(try second.call("getFile", ["file_id": JSON(photo)])["file_size"] == 3)
        #expect(try second.call("getChat", ["chat_id": group])["id"] == group)
        try demo.call("setMyCommands", ["commands": [["command": "x", "description": "y"]]])
        #expect(try second.call("getMyCommands", [:]).count == 0)
        #expect(try second.call("getMe", [:])["id"] == 8)
        #expect(try demo.call("getMe", [:])["id"] == 7)
        #expect(demo.refusal("sendMessage", ["chat_id": 8, "text": "x"])?.contains("bots") == true)
    }

    @Test func `a user forwards a message from one bot to the other`() throws {
        try demo.act("sendMessage", ["text": "to the first"])
        let forward: JSON = ["chat_id": 8, "from_chat_id": "@demo_bot", "message_id": 1]
        try demo.act("forwardMessage", forward)
        #expect(second.last("message")?["text"] == "to the first")
        #expect(second.last("message")?["forward_origin"]?["type"] == "user")
        #expect(demo.kinds == ["message"])
        #expect(demo.failure("forwardMessage", forward, as: 43)?.contains("chat not found") == true)
    }

    @Test func `only a bot's whole name calls it`() throws {
        let longer = demo.view(
            of: ["id": 9, "is_bot": true, "first_name": "Longer", "username": "demo_bot2"])
        let group = try bots.group()
        try longer.act("addBot", ["chat_id": group])
        for text: JSON in ["/start@demo_bot2", "hi @demo_bot2", "mail x@demo_bot.example"] {
            bots.forget()
            longer.forget()
            try demo.act("sendMessage", ["chat_id": group, "text": text])
            #expect(demo.updates.isEmpty)
            #expect(longer.kinds == (text.string?.contains("bot2") == true ? ["message"] : []))
        }
        for text: JSON in ["é👍 @Demo_Bot", "no/start@demo_bot @demo_bot", "/start@demo_bot"] {
            bots.forget()
            try demo.act("sendMessage", ["chat_id": group, "text": text])
            #expect(demo.kinds == ["message"])
        }
    }

    @Test func `the other bots of a group see that a user removes one`() throws {
        let group = try bots.group()
        try second.act("removeBot", ["chat_id": group])
        #expect(demo.last("message")?["left_chat_member"]?["id"] == 8)
        #expect(second.kinds == ["my_chat_member"])
        try second.act("addBot", ["chat_id": group])
        bots.forget()
        try second.call("leaveChat", ["chat_id": group])
        #expect(demo.updates.isEmpty)
    }

    @Test func `no user can be a bot`() throws {
        #expect(second.failure("sendMessage", ["text": "x"], as: 7) != nil)
        #expect(demo.failure("sendMessage", ["text": "x"], as: 8) != nil)
        #expect(demo.failure("createUser", ["id": 8]) != nil)
    }

    @Test func `a new Telegram has only the bot that it is made for`() throws {
        let new = demo.telegram.another()
        #expect(new.bots.all.count == 1)
        #expect(new.shared.people[8] == nil)
        #expect(demo.telegram.bots.all.count == 2)
    }

    @Test func `a forwarded invoice is paid to the bot that sells, whoever forwards it`() throws {
        let group = try bots.group()
        let sent = try second.call(
            "sendInvoice",
            [
                "chat_id": group, "title": "Tea", "description": "Tea", "payload": "tea", "currency": "XTR",
                "prices": [["label": "Tea", "amount": 3]],
            ])
        let original: JSON = [
            "chat_id": group, "from_chat_id": group, "message_id": sent["message_id"] ?? 0,
        ]
        for copy in [try demo.act("forwardMessage", original), try demo.call("forwardMessage", original)] {
            bots.forget()
            let place: JSON = ["chat_id": group, "message_id": copy["message_id"] ?? 0]
            try demo.act("payInvoice", place)
            #expect(demo.updates.isEmpty)
            let query = try #require(second.last("pre_checkout_query")?["id"])
            try second.call("answerPreCheckoutQuery", ["pre_checkout_query_id": query, "ok": true])
            let id = try #require(place["message_id"]?.integer)
            #expect(try demo.telegram.hasPaid(for: id, in: #require(group.integer), 42))
        }
        #expect(try second.call("getMyStarBalance", [:]) == ["amount": 6])
    }

    @Test func `an invoice of another bot's private chat isn't taken for an own one`() throws {
        let invoice: JSON = [
            "chat_id": 42, "title": "Tea", "description": "Tea", "payload": "tea", "currency": "XTR",
            "prices": [["label": "Tea", "amount": 3]],
        ]
        for world in [demo, second] {
            try world.act("start")
            #expect(try world.call("sendInvoice", invoice)["message_id"] == 2)
        }
        let copy = try demo.act("forwardMessage", ["from_chat_id": "@second_bot", "message_id": 2])
        #expect(copy["forward_origin"]?["sender_user"]?["id"] == 8)
        #expect(demo.failure("payInvoice", ["message_id": copy["message_id"] ?? 0]) != nil)
        try demo.act("payInvoice", ["message_id": 2])
    }
}
