import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedDraftsTests {
    private let world: SimulatedWorld

    init() throws {
        world = try TestRig().world()
        try world.act("start")
        world.forget()
    }

    private func draft(_ id: Int64 = 1, _ more: JSON = ["can_stop": true]) throws {
        var call: JSON = ["chat_id": 42, "draft_id": JSON(id), "text": "<b>Wel</b>", "parse_mode": "HTML"]
        call.merge(more)
        #expect(try world.call("sendMessageDraft", call) == true)
    }

    private func canStop(_ parameters: JSON = [:]) -> Bool {
        world.failure("stopDraft", parameters) == nil
    }

    @Test func `a draft is an action of its own, and no message`() throws {
        try draft(1, ["message_thread_id": 7])
        #expect(
            world.actions.last?.json == [
                "kind": "draft", "chat_id": 42, "draft_id": 1, "message_thread_id": 7, "text": "Wel",
                "entities": [["type": "bold", "offset": 0, "length": 3]], "expires": 1_700_000_030,
            ])
        try world.call("sendMessageDraft", ["chat_id": 42, "draft_id": 2, "text": ""])
        #expect(world.actions.last?.json["text"] == "")
        let rich: JSON = ["chat_id": 42, "draft_id": 3, "rich_message": ["markdown": "# x"]]
        try world.call("sendRichMessageDraft", rich)
        #expect(world.actions.last?.json["rich_message"] == ["markdown": "# x"])
        #expect(world.messages.isEmpty)
        for id in [0, ""] as [JSON] {
            #expect(world.refusal("sendMessageDraft", ["chat_id": 42, "draft_id": id, "text": "x"]) != nil)
        }
    }

    @Test func `a user stops a draft once, and the bot learns of it`() throws {
        try draft(1, ["can_stop": "true", "message_thread_id": 7])
        try draft(2, [:])
        let stop = try world.act("stopDraft")
        #expect(world.last("stopped_message_generation") == stop)
        #expect((stop["chat"]?["id"], stop["draft_id"], stop["message_thread_id"]) == (42, 1, 7))
        #expect(!canStop())
        try draft(3)
        try draft(4)
        #expect(try world.act("stopDraft", ["draft_id": 3])["draft_id"] == 3)
        #expect(try world.act("stopDraft")["draft_id"] == 4)
    }

    @Test func `a draft disappears after 30 s, or with the bot's message`() throws {
        try draft()
        world.now += 29
        try draft()
        world.now += 29
        #expect(canStop())
        try draft()
        world.now += 30
        #expect(!canStop())
        try draft()
        try world.act("sendMessage", ["text": "hurry"])
        try draft()
        try world.call("sendMessage", ["chat_id": 42, "text": "Welcome"])
        #expect(!canStop())
    }
}
