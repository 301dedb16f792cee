import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedWidgetsTests {
    private let world: SimulatedWorld

    init() throws {
        world = try TestRig().world()
        try world.act("start")
        world.forget()
    }

    @Test func `a widget sends queries, and the bot answers each once within 15 s`() throws {
        let sent = try world.call("sendWidget", ["chat_id": 42, "html": "<p>", "chat_data": "a"])
        #expect(sent["widget"] == ["html": "<p>", "chat_data": "a"])
        #expect(sent["has_protected_content"] == true)
        let query = try world.act("sendWidgetQuery", ["data": "tap"])
        #expect(world.last("widget_query") == query)
        #expect(query["chat"]?["id"] == 42)
        #expect(query["message_id"] == sent["message_id"])
        #expect(query["from"]?["id"] == 42)
        #expect(query["data"] == "tap")
        let answer: JSON = ["widget_query_id": query["id"] ?? "", "data": "ok"]
        try world.call("answerWidgetQuery", answer)
        guard case .widgetAnswer(let shown, let person) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
        #expect((shown["data"], person) == ("ok", 42))
        #expect(world.refusal("answerWidgetQuery", answer)?.contains("query is too old") == true)
        let late = try world.act("sendWidgetQuery", ["data": "tap"])["id"] ?? ""
        world.now += 16
        #expect(
            world.refusal("answerWidgetQuery", ["widget_query_id": late])?.contains("too old") == true)
    }

    @Test func `a shared widget can be sent again and sends queries from outside of chats`() throws {
        let sent = try world.call("sendWidget", ["chat_id": 42, "html": "x", "is_shared": true])
        let id = try #require(sent["widget"]?["id"])
        let again = try world.call("sendSharedWidget", ["chat_id": 42, "widget_id": id, "chat_data": "b"])
        #expect(again["widget"] == ["html": "x", "id": id, "chat_data": "b"])
        #expect(try world.act("sendWidgetQuery", ["data": "x"])["widget_id"] == id)
        let query = try world.act("sendSharedWidgetQuery", ["widget_id": id, "data": "x"])
        #expect(world.last("shared_widget_query") == query)
        #expect(query["chat"] == nil)
        try world.call("answerWidgetQuery", ["widget_query_id": query["id"] ?? ""])
        try world.call("editSharedWidgetData", ["widget_id": id, "public_data": "c"])
        let third = try world.call("sendSharedWidget", ["chat_id": 42, "widget_id": id])
        #expect(third["widget"]?["public_data"] == "c")
        #expect(world.refusal("sendSharedWidget", ["chat_id": 42, "widget_id": "1"]) != nil)
    }

    @Test func `a widget's data can be edited and removed`() throws {
        let sent = try world.call(
            "sendWidget", ["chat_id": 42, "html": "x", "public_data": "a", "chat_data": "b"])
        let change: JSON = [
            "chat_id": 42, "message_id": sent["message_id"] ?? 0, "public_data": "", "chat_data": "c",
        ]
        #expect(try world.call("editMessageWidgetData", change) == true)
        #expect(world.edited.last?["widget"] == ["html": "x", "chat_data": "c"])
    }

    @Test func `invalid widgets and queries are refused`() throws {
        let group = try world.act("createGroup")["id"] ?? 0
        let long = JSON(String(repeating: "x", count: 32_769))
        for parameters in [
            ["chat_id": 42], ["chat_id": 42, "html": long], ["chat_id": group, "html": "x"],
            ["chat_id": 42, "html": "x", "public_data": JSON(String(repeating: "x", count: 1025))],
        ] as [JSON] {
            #expect(world.refusal("sendWidget", parameters)?.hasPrefix("400 ") == true)
        }
        #expect(world.failure("sendWidgetQuery", ["data": "x"]) != nil)
        try world.call("sendWidget", ["chat_id": 42, "html": "x"])
        for data in ["", JSON(String(repeating: "x", count: 65))] as [JSON] {
            #expect(world.failure("sendWidgetQuery", ["data": data]) != nil)
        }
    }

    @Test func `with callback_query_mode inline a press comes without its chat`() throws {
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        try world.call("setMySettings", ["callback_query_mode": "inline", "can_join_groups": "false"])
        #expect(try world.call("getMe", [:])["can_join_groups"] == false)
        try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": keyboard])
        let query = try world.act("pressButton", ["button": 1])
        #expect(query["message"] == nil)
        let id = try #require(query["inline_message_id"])
        try world.call("editMessageText", ["inline_message_id": id, "text": "y"])
        #expect(world.edited.last?["text"] == "y")
        try world.call("setMySettings", ["callback_query_mode": "default"])
        try world.call("sendMessage", ["chat_id": 42, "text": "x", "reply_markup": keyboard])
        #expect(try world.act("pressButton", ["button": 1])["message"] != nil)
    }
}
