import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct PlausibleValuesTests {
    /// What each type has at least, each with its type: `Array of Sticker`.
    private let required: [String: JSON]
    private let methods: [JSON]

    init() throws {
        let types = try ProjectFile.lines("Tests/BotAPI/types.ndjson")
        required = Dictionary(
            types.map { ($0["name"]?.string ?? "", $0["required"] ?? [:]) }, uniquingKeysWith: { $1 })
        methods = try ProjectFile.lines("Tests/BotAPI/methods.ndjson")
    }

    private func answer(_ method: String, _ parameters: JSON) -> JSON? {
        PlausibleValues.answer(to: method, Arguments(parameters), now: 1_700_000_000)
    }

    /// Where a value isn't of its type.
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

    @Test func `each method's answer is of the type that it returns`() {
        #expect(methods.count == 185)
        let parameters: JSON = [
            "chat_id": -1_001_234, "user_id": 5_000_000_001, "message_ids": [7, 8], "custom_emoji_ids": ["5"],
            "media": [["type": "photo"], ["type": "photo"]], "name": "x", "business_connection_id": "b",
        ]
        for method in methods {
            let (name, types) = (method["name"]?.string ?? "", method["returns"]?.elements ?? [])
            #expect(MethodResults.type(of: name) == types.compactMap(\.string).joined(separator: "|"))
            for parameters in [parameters, [:]] {
                let faults = faults(in: answer(name, parameters), as: types[0].string ?? "", at: name)
                #expect(faults == [], "\(parameters)")
            }
        }
    }

    @Test func `it has what the call brings`() {
        let link = answer(
            "createChatInviteLink", ["chat_id": -5, "name": "Friends", "member_limit": "3"])
        #expect(link?["name"] == "Friends")
        #expect(link?["member_limit"] == 3)
        #expect(link?["creator"]?["username"] == "demo_bot")
        let revoked = answer("REVOKECHATINVITELINK", ["invite_link": "https://t.me/+x"])
        #expect(revoked?["invite_link"] == "https://t.me/+x")
        #expect(revoked?["is_revoked"] == true)
        #expect(
            answer("getChatMember", ["chat_id": -5, "user_id": "5000000001"])?["user"]?["id"]
                == 5_000_000_001)
        #expect(answer("createForumTopic", ["name": "News", "icon_color": 5])?["name"] == "News")
        let emoji = answer("getCustomEmojiStickers", ["custom_emoji_ids": #"["5","6"]"#])
        #expect(emoji?.elements.map { $0["custom_emoji_id"] } == ["5", "6"])
        #expect(answer("copyMessages", ["message_ids": [7, 8, 9]])?.count == 3)
        #expect(answer("getBusinessConnection", ["business_connection_id": "b"])?["id"] == "b")
        #expect(answer("sendGame", ["chat_id": "@news"])?["chat"]?["username"] == "news")
    }

    @Test func `an inline message is answered with true, and a method that isn't known with nothing`() {
        #expect(answer("editMessageCaption", ["inline_message_id": "x"]) == true)
        #expect(answer("readMinds", [:]) == nil)
    }
}
