import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedChaosTests {
    /// Calls and actions with arbitrary parameters, about half of which make sense.
    private struct Chaos {
        var chance: SeededRandom
        /// The methods, with the names of their parameters.
        let methods: [(name: String, parameters: [String])]

        private static let values: [JSON] = [
            1, 2, 3, 7, 42, 43, 0, -1, 2_147_483_647, 2_147_483_648, 9_223_372_036_854_775_807,
            -9_223_372_036_854_775_808, "9223372036854775807", "-9223372036854775808", 1e300,
            -1_001_000_000_001, 1.5, -0.0, true,
            false, .null, "", "x", "1", "42", "-1", "-1001000000001", "@news", "attach://x", "HTML",
            "MarkdownV2",
            "/x", "<b>&", "*_`[", "привет 👩‍👩‍👧", "{", "[]", "[1,2]", "https://example.org/x.png", [], [:],
            [1, 2], ["a", "b"], [["type": "emoji", "emoji": "👍"]], ["type": "photo", "media": "attach://x"],
            [["type": "photo", "media": "attach://x"], ["type": "video", "media": "x"]], ["message_id": 1],
            ["message_id": 2, "quote": "x"], ["inline_keyboard": [[["text": "a", "callback_data": "b"]]]],
            ["keyboard": [["a", ["text": "b"]]]], ["inline_keyboard": [[[:]], 1]], ["remove_keyboard": true],
            [
                ["type": "bold", "offset": 0, "length": 1],
                ["type": "text_link", "offset": -1, "length": 1_099_511_627_776],
            ],
            [["type": "article", "id": "1", "title": "x", "input_message_content": ["message_text": "x"]]],
            [["command": "x", "description": "y"]], ["can_send_messages": false],
            ["x": ["y": [["z": .null]]]],
        ]

        mutating func next() -> (method: String, parameters: JSON) {
            let method = methods[chance.below(methods.count)]
            var parameters: JSON = [:]
            let usual: [(String, [JSON])] = [
                ("chat_id", [42, 43, -1_001_000_000_001, -1, "@news"]), ("message_id", [1, 2, 3, 4, 5]),
                ("from_chat_id", [42, -1]), ("text", ["x", "*x*"]), ("user_id", [42, 43, 7]),
                ("button", [1, 2]),
            ]
            for name in method.parameters where chance.below(4) > 0 {
                let values = usual.first { $0.0 == name && chance.below(8) > 0 }?.1 ?? Self.values
                parameters.set(name, values[chance.below(values.count)])
            }
            return (method.name, parameters)
        }
    }

    private static func methods() throws -> [(name: String, parameters: [String])] {
        try BotAPIMethod.all().map { ($0.name, $0.parameters.map(\.name)) }
    }

    private static let actions = SimulatedTelegram.actions.keys.sorted().map { action in
        (
            name: action,
            parameters: [
                "chat_id", "text", "message_id", "user_id", "button", "query", "offset",
                "result_id",
                "option_ids", "id", "first_name", "title", "name", "is_forum", "type", "username", "is_bot",
                "message_thread_id", "reaction", "photo", "media", "caption", "reply_parameters", "question",
                "options",
                "latitude", "longitude", "phone_number", "parse_mode", "entities", "reply_markup", "with_bot",
            ]
        )
    }

    private func session(_ strictness: Strictness, seed: UInt64) throws -> [String] {
        let world = try TestRig().world(strictness: strictness)
        var calls = Chaos(chance: SeededRandom(seed: seed), methods: try Self.methods())
        var actions = Chaos(chance: SeededRandom(seed: seed &+ 1), methods: Self.actions)
        let files = [ReceivedFile(part: "x", name: "x.png", bytes: PlaceholderFile.picture)]
        try world.act("start")
        try world.act("createGroup", ["is_forum": true])
        try world.act("createGroup", ["type": "group"])
        try world.act("createChannel", ["username": "news"])
        try world.act("promoteChatMember", ["chat_id": -1_001_000_000_001, "user_id": 7])
        var log: [String] = []
        for round in 0..<400 {
            let (method, parameters) = calls.next()
            log.append("\(method) \(parameters) \(world.telegram.answer(method, parameters, files: files))")
            let action = actions.next()
            let person = [42, 43, 7, -1, 0][min(round % 16, 4)] as Int64
            let done = world.telegram.perform(action.method, action.parameters, as: person, files: files)
            log.append("\(action.method) \(action.parameters) \(done)")
        }
        for update in world.updates {
            log.append("\(update.kind) \(update.payload)")
        }
        return log
    }

    @Test func `random calls and actions never crash, and repeat the same results`() throws {
        for (strictness, seed): (Strictness, UInt64) in [(.lenient, 1), (.strict, 2)] {
            let log = try session(strictness, seed: seed)
            #expect(log.filter { $0.contains("success(") }.count > 100)
            #expect(try session(strictness, seed: seed) == log)
        }
    }

    @Test func `extreme numbers are refused or do no harm`() throws {
        let world = try TestRig().world()
        let (most, least): (Int64, Int64) = (.max, .min)
        #expect(world.failure("start", [:], as: most) == "400 Bad Request: user not found")
        for id in [most, least, 1 << 52] {
            let words = "400 Bad Request: user id \(id) is taken or invalid"
            #expect(world.failure("createUser", ["id": JSON(id)]) == words)
        }
        #expect(world.failure("createGroup", ["id": JSON(least)])?.hasPrefix("400 Bad Request: ") == true)
        world.telegram.learn(from: [
            "message_id": JSON(most), "date": 1, "from": ["id": JSON(most), "first_name": "x"],
            "chat": ["id": JSON(least), "type": "supergroup", "title": "x"],
        ])
        let highest = SharedState.personIDs.upperBound
        try world.act("createUser", ["id": JSON(highest)])
        #expect(try world.act("createUser")["id"] == 43)
        #expect(try world.act("createGroup")["id"] == -1_001_000_000_001)
        #expect(try world.call("sendMessage", ["chat_id": JSON(least), "text": "x"])["message_id"] == 1)

        try world.act("start")
        let keyboard: JSON = ["inline_keyboard": [[["text": "a", "callback_data": "b"]]]]
        try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": keyboard])
        for number in [most, least, 0, -1, 2] {
            #expect(
                world.failure("pressButton", ["button": JSON(number)])
                    == "400 Bad Request: the chat has no such button")
        }
    }

    @Test func `every method is answered, at least with a plausible value`() throws {
        let world = try TestRig().world()
        for (name, _) in try Self.methods() {
            #expect(world.refusal(name, [:])?.hasPrefix("404") != true, "\(name)")
        }
    }
}
