import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedReplayTests {
    private let world: SimulatedWorld

    init() throws { world = try TestRig().world(strictness: .lenient) }

    private func message(_ id: Int64, _ text: String, from: JSON = ["id": 42, "is_bot": false]) -> JSON {
        [
            "message_id": JSON(id), "from": from, "chat": ["id": 42, "type": "private"], "date": 1,
            "text": JSON(text),
        ]
    }

    @Test func `a logged message with the id of a sent one isn't confused with it`() throws {
        try world.call("sendMessage", ["chat_id": 42, "text": "own"])
        world.telegram.learn(from: message(1, "Ada's"))
        let edited = try world.call("editMessageText", ["chat_id": 42, "message_id": 1, "text": "new"])
        #expect(edited["text"] == "new")
        #expect(edited["from"]?["id"] == 7)
        #expect(try world.call("sendMessage", ["chat_id": 42, "text": "x"])["message_id"] == 2)

        world.telegram.learn(from: message(9, "Ada's"))
        try world.call("editMessageText", ["chat_id": 42, "message_id": 9, "text": "new"])
    }

    @Test func `logged messages are known to replies and edits`() throws {
        world.telegram.learn(from: message(4, "question"))
        let answer = try world.call(
            "sendMessage", ["chat_id": 42, "text": "x", "reply_parameters": ["message_id": 4]])
        #expect(answer["reply_to_message"]?["text"] == "question")
        let unknown = try world.call(
            "sendMessage", ["chat_id": 42, "text": "x", "reply_parameters": ["message_id": 3]])
        #expect(unknown["reply_to_message"] == nil)
        // The bot in the log has another id than the bot that replays it.
        world.telegram.learn(from: ["message": message(8, "menu", from: ["id": 900, "is_bot": true])])
        let edit: JSON = ["chat_id": 42, "message_id": 8, "text": "menu"]
        #expect(world.refusal("editMessageText", edit)?.contains("message is not modified") == true)
    }

    @Test func `repeating an edit is refused, even for an unknown message`() throws {
        let edit: JSON = ["chat_id": 42, "message_id": 77, "text": "x"]
        try world.call("editMessageText", edit)
        #expect(world.refusal("editMessageText", edit)?.contains("message is not modified") == true)
    }

    @Test func `a service message about a pin takes an id, as in the recorded session`() throws {
        try world.call("pinChatMessage", ["chat_id": 42, "message_id": 5])
        #expect(try world.call("sendMessage", ["chat_id": 42, "text": "x"])["message_id"] == 2)
    }

    @Test func `every text is formatted as it is outside a replay`() throws {
        for text in [
            "plain", "Two sentences. And more, isn't it?", "1 milk", "a.b", "example.org", "x  y", " x", "x ",
            "/start",
            "call 1234567890", "@ada", "привет", "a\nb", "!", "...", "https://example.org", "#tag", "$USD",
            "a . b.c d",
        ] {
            let close = try FormattedText(Arguments(["text": JSON(text)]))
            let message = try world.call("sendMessage", ["chat_id": 42, "text": JSON(text)])
            #expect(message["text"]?.string == close.text, "\(text)")
            #expect(message["entities"]?.elements ?? [] == close.entities, "\(text)")
        }
    }

    @Test func `the newest messages are kept, up to a number and a size`() {
        var messages = StoredMessages(countLimit: 100, byteLimit: 1000)
        for id in 1...300 as ClosedRange<Int64> { messages.put(["message_id": JSON(id)]) }
        #expect(messages.ids.last == 300)
        #expect((40...60).contains(messages.ids.count))
        messages.put(["message_id": 301, "text": JSON(String(repeating: "x", count: 5000))])
        #expect(messages.ids == [301])
        messages.put(["message_id": 301])
        messages.put(["message_id": 302])
        #expect(messages.ids == [301, 302])
        messages.remove(301)
        messages.remove(301)
        #expect(messages[301] == nil)
        #expect(messages[302] == ["message_id": 302])

        var few = StoredMessages(countLimit: 2, byteLimit: 1000)
        for id in [1, 2, 3] as [Int64] { few.put(["message_id": JSON(id)]) }
        #expect(few.ids == [2, 3])
        #expect(few.last { $0["message_id"] != 3 }?["message_id"] == 2)
    }
}
