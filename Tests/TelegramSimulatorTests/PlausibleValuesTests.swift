import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct PlausibleValuesTests {
    /// The required properties of each type, each with its own type, as in `Array of Sticker`.
    /// `Tests/Data/types.ndjson` has each type that a method returns, and recursively the types of its properties.
    private let required: [String: JSON]
    private let methods: [JSON]

    init() throws {
        let types = try ProjectFile.lines("Tests/Data/types.ndjson")
        required = Dictionary(
            types.map { ($0["name"]?.string ?? "", $0["required"] ?? [:]) }, uniquingKeysWith: { $1 })
        methods = try ProjectFile.lines("Tests/Data/methods.ndjson")
    }

    private func answer(_ method: String, _ parameters: JSON) -> JSON? {
        try? SimulatedTelegram(now: { 1_700_000_000 }).answer(method, parameters).get()
    }

    /// The places where a value doesn't have its type.
    private func faults(in value: JSON?, as type: String, at path: String) -> [String] {
        guard let value else { return ["\(path) is missing"] }
        if type.hasPrefix("Array of ") {
            guard value.isArray else { return ["\(path) is no array"] }
            return value.elements.flatMap { faults(in: $0, as: String(type.dropFirst(9)), at: path + "[]") }
        }
        let isRight =
            switch type {
            case "True": value == true
            case "Boolean": value.bool != nil
            case "String": value.string != nil
            case "Integer": value.integer != nil
            default: value.isObject && required[type] != nil
            }
        guard isRight else { return ["\(path) is no \(type)"] }
        return (required[type]?.members ?? []).flatMap { key, type in
            faults(in: value[key], as: type.string ?? "", at: "\(path).\(key)")
        }
    }

    @Test func `each method's answer has the method's return type`() {
        #expect(methods.count == 192)
        // Some simulated methods refuse these parameters. Their own tests cover them.
        let parameters: JSON = [
            "chat_id": -1_001_000_000_234, "user_id": 5_000_000_001, "message_id": 7, "message_ids": [7, 8],
            "from_chat_id": 43, "text": "x", "question": "?", "options": ["a", "b"], "latitude": 1,
            "longitude": 1, "phone_number": "1", "first_name": "x", "name": "x", "title": "x", "photo": "x",
            "address": "x", "business_connection_id": "b", "custom_emoji_ids": ["5"],
            "media": [["type": "photo", "media": "x"], ["type": "photo", "media": "y"]],
        ]
        for method in methods {
            let (name, types) = (method["name"]?.string ?? "", method["returns"]?.elements ?? [])
            let isSimulated = SimulatedTelegram.methods[name.lowercased()] != nil
            for parameters in [parameters, ["chat_id": 42]] {
                let answer = answer(name, parameters)
                if answer == nil, isSimulated { continue }
                #expect(faults(in: answer, as: types[0].string ?? "", at: name) == [], "\(parameters)")
            }
        }
    }

    @Test func `chat members of each kind, and polls, have all required properties`() throws {
        let world = try TestRig().world()
        let group = try world.act("createGroup", ["title": "Friends"])["id"] ?? 0
        try world.act("promoteChatMember", ["chat_id": group, "user_id": 7])
        for person: Int64 in [43, 44] { try world.act("joinChat", ["chat_id": group], as: person) }
        try world.call("restrictChatMember", ["chat_id": group, "user_id": 43, "permissions": [:]])
        try world.call("banChatMember", ["chat_id": group, "user_id": 44])
        for (id, type) in [
            (42, "ChatMemberOwner"), (7, "ChatMemberAdministrator"), (43, "ChatMemberRestricted"),
            (44, "ChatMemberBanned"),
        ] {
            let member = try world.call("getChatMember", ["chat_id": group, "user_id": JSON(id)])
            #expect(faults(in: member, as: type, at: type) == [], "\(member)")
        }
        let message = try world.call("sendPoll", ["chat_id": group, "question": "?", "options": ["a", "b"]])
        #expect(faults(in: message["poll"], as: "Poll", at: "poll") == [])
    }

    @Test func `an answer takes its values from the call`() {
        let link = answer("createChatInviteLink", ["chat_id": -5, "name": "Friends", "member_limit": "3"])
        #expect(link?["name"] == "Friends")
        #expect(link?["member_limit"] == 3)
        #expect(link?["creator"]?["username"] == "demo_bot")
        let revoked = answer("REVOKECHATINVITELINK", ["chat_id": -5, "invite_link": "https://t.me/+x"])
        #expect(revoked?["invite_link"] == "https://t.me/+x")
        #expect(revoked?["is_revoked"] == true)
        let scores = answer("getGameHighScores", ["user_id": "5000000001"])
        #expect(scores?[0]?["user"]?["id"] == 5_000_000_001)
        let emoji = answer("getCustomEmojiStickers", ["custom_emoji_ids": #"["5","6"]"#])
        #expect(emoji?.elements.map { $0["custom_emoji_id"] } == ["5", "6"])
        #expect(answer("getBusinessConnection", ["business_connection_id": "b"])?["id"] == "b")
        #expect(answer("setGameScore", ["chat_id": -5, "message_id": 7])?["message_id"] == 7)
        #expect(answer("setGameScore", ["inline_message_id": "x"]) == true)
    }

    @Test func `an unknown chat is still refused`() throws {
        let world = try TestRig().world()
        let stranger: JSON = ["chat_id": -1_001_000_000_234, "user_id": 42]
        for method in ["createChatInviteLink", "approveChatJoinRequest"] {
            #expect(world.refusal(method, stranger)?.hasSuffix("Bad Request: chat not found") == true)
            #expect(world.refusal(method, [:])?.hasSuffix("Bad Request: chat_id is empty") == true)
        }
        #expect(world.refusal("getMyStarBalance", [:]) == nil)
    }
}
