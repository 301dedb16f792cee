import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedPollsTests {
    private let world: SimulatedWorld

    init() throws {
        world = try TestRig().world()
        try world.act("start")
        world.forget()
    }

    private func send(_ parameters: JSON, files: [ReceivedFile] = []) throws -> JSON {
        var poll: JSON = ["chat_id": 42, "question": "?", "options": ["a", "b"]]
        poll.merge(parameters)
        return try world.call("sendPoll", poll, files: files)["poll"] ?? .null
    }

    @Test(arguments: [["open_period": 5], ["close_date": 1_700_000_005]] as [JSON])
    func `a poll closes when its time is up`(_ end: JSON) throws {
        let poll = try send(end)
        #expect(poll["close_date"] == 1_700_000_005)
        world.now += 4
        world.telegram.passTime()
        #expect(world.updates.isEmpty)
        world.now += 1
        #expect(world.failure("votePoll", ["message_id": 2, "option_ids": [0]])?.contains("closed") == true)
        #expect(world.kinds == ["poll"])
        #expect(world.edited.last?["poll"]?["is_closed"] == true)
        world.telegram.passTime()
        #expect(world.kinds == ["poll"])
    }

    @Test func `a server closes a poll without being asked`() throws {
        let rig = try TestRig()
        var (now, kinds) = (Int64(1_700_000_000), [String]())
        let telegram = SimulatedTelegram(strictness: .strict) { now }
        let server = try SimulatorServer(on: rig.loop, telegram: telegram)
        server.onUpdate = { kinds.append($2) }
        _ = try telegram.perform("start", [:], as: 42).get()
        let poll: JSON = ["chat_id": 42, "question": "?", "options": ["a"], "open_period": 1]
        _ = try telegram.answer("sendPoll", poll).get()
        now += 1
        #expect(rig.wait { kinds == ["message", "poll"] })
    }

    @Test func `a stopped poll doesn't close again`() throws {
        _ = try send(["open_period": 5])
        try world.call("stopPoll", ["chat_id": 42, "message_id": 2])
        world.now += 5
        world.telegram.passTime()
        #expect(world.kinds == ["poll"])
    }

    @Test func `a deleted poll closes without a trace`() throws {
        _ = try send(["open_period": 5])
        try world.call("deleteMessage", ["chat_id": 42, "message_id": 2])
        world.now += 5
        world.telegram.passTime()
        #expect(world.updates.isEmpty)
    }

    @Test func `the explanation of a quiz has markup or entities`() throws {
        let quiz: JSON = ["type": "quiz", "correct_option_id": 0]
        var marked = quiz
        marked.merge(["explanation": "*a* b", "explanation_parse_mode": "MarkdownV2"])
        let bold: JSON = [["type": "bold", "offset": 0, "length": 1]]
        let poll = try send(marked)
        #expect(poll["explanation"] == "a b")
        #expect(poll["explanation_entities"] == bold)
        var explicit = quiz
        explicit.merge(["explanation": "a b", "explanation_entities": bold])
        #expect(try send(explicit)["explanation_entities"] == bold)
    }

    @Test func `questions and options keep only custom emoji`() throws {
        let poll = try send([
            "question": "<b>a</b>", "question_parse_mode": "HTML",
            "options": [["text": "_b_", "text_parse_mode": "MarkdownV2"]],
        ])
        #expect(poll["question"] == "a")
        #expect(poll["question_entities"] == nil)
        #expect(poll["options"]?[0]?["text"] == "b")
    }

    @Test func `polls show files and places`() throws {
        let photo = ReceivedFile(part: "x", name: "x.png", bytes: PlaceholderFile.picture)
        let poll = try send(
            [
                "media": ["type": "photo", "media": "attach://x"], "type": "quiz", "correct_option_id": 0,
                "explanation_media": ["type": "document", "media": "attach://x"],
                "options": [["text": "a", "media": ["type": "location", "latitude": 1, "longitude": 2]]],
            ], files: [photo])
        #expect(poll["media"]?["photo"]?[0]?["width"] == 1)
        #expect(poll["explanation_media"]?["document"]?["file_name"] == "x.png")
        #expect(poll["options"]?[0]?["media"]?["location"]?["longitude"] == 2)
        #expect(
            world.refusal("sendPoll", ["chat_id": 42, "question": "?", "options": ["a"], "media": [:]]) != nil
        )
    }
}
