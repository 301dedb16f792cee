import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedTimeTests {
    private let world: SimulatedWorld

    init() throws { world = try TestRig().world() }

    private func group() throws -> JSON {
        let group =
            try world.act("createGroup", ["bot_rights": ["can_restrict_members": true]])["id"] ?? .null
        try world.act("joinChat", ["chat_id": group], as: 43)
        return group
    }

    @Test func `a ban and a restriction end at their time`() throws {
        let group = try group()
        let member: JSON = ["chat_id": group, "user_id": 43]
        var until = member
        until.merge(["until_date": 1_700_000_060, "permissions": ["can_send_messages": false]])
        func status() throws -> JSON? { try world.call("getChatMember", member)["status"] }
        try world.call("restrictChatMember", until)
        #expect(try world.call("getChatMember", member)["until_date"] == 1_700_000_060)
        world.now += 59
        #expect(world.failure("sendMessage", ["chat_id": group, "text": "x"], as: 43) != nil)
        world.now += 1
        #expect(try status() == "member")
        until.set("until_date", 1_700_000_120)
        try world.call("banChatMember", until)
        #expect(try status() == "kicked")
        world.now += 60
        #expect(try status() == "left")
    }

    @Test func `a ban of less than 30 seconds lasts forever`() throws {
        let group = try group()
        try world.call("banChatMember", ["chat_id": group, "user_id": 43, "until_date": 1_700_000_029])
        world.now += 400 * 86_400
        let member = try world.call("getChatMember", ["chat_id": group, "user_id": 43])
        #expect(member["status"] == "kicked")
        #expect(member["until_date"] == 0)
    }

    @Test func `after 48 hours, messages aren't deleted by bots or edited by users`() throws {
        try world.act("start")
        let group = try group()
        let own: JSON = ["message_id": 1, "text": "y"]
        let place: JSON = ["chat_id": 42, "message_id": 1]
        let shared = try world.call("sendMessage", ["chat_id": group, "text": "x"])["message_id"] ?? .null
        world.now += 48 * 3600 - 1
        try world.act("editMessageText", own)
        world.now += 1
        #expect(world.failure("editMessageText", own) == "400 Bad Request: MESSAGE_EDIT_TIME_EXPIRED")
        #expect(
            world.refusal("deleteMessage", place) == "400 Bad Request: message can't be deleted for everyone")
        #expect(
            world.refusal("deleteMessage", ["chat_id": group, "message_id": shared])
                == "400 Bad Request: message can't be deleted")
        try world.call("editMessageText", ["chat_id": group, "message_id": shared, "text": "y"])
    }

    @Test func `a manual clock stands until it is advanced`() throws {
        let telegram = SimulatedTelegram(strictness: .strict, clock: .manual(.init()))
        #expect(telegram.clockJSON == ["now": 1_700_000_000, "manual": true])
        var polls = 0
        telegram.onUpdate = { kind, _ in polls += kind == "poll" ? 1 : 0 }
        let started = try telegram.perform("start", [:], as: 42).get()
        #expect(started["date"] == 1_700_000_000)
        let poll: JSON = ["chat_id": 42, "question": "?", "options": ["a"], "open_period": 600]
        _ = try telegram.answer("sendPoll", poll).get()
        try telegram.advanceClock(by: "9m")
        #expect(polls == 0)
        try telegram.advanceClock(by: "60")
        #expect(polls == 1)
        try telegram.advanceClock(by: "1d")
        #expect(telegram.clock.now == 1_700_000_000 + 600 + 86_400)
        for wrong in ["", "x", "-1s", "1w", "99999999d", "h"] {
            #expect(throws: (any Error).self) { try telegram.advanceClock(by: wrong) }
        }
        #expect(throws: (any Error).self) { try world.telegram.advanceClock(by: "1s") }
    }
}
