import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

/// Presses, votes and payments go to the bot that they are for.
@Suite struct BotQueriesTests {
    private let bots: TwoBots
    private var demo: SimulatedWorld { bots.demo }
    private var second: SimulatedWorld { bots.second }

    init() throws { bots = try TwoBots() }

    private static let invoice: JSON = [
        "title": "Tea", "description": "Tea", "payload": "tea", "currency": "XTR",
        "prices": [["label": "Tea", "amount": 5]],
    ]

    @Test func `a button goes to the bot that sent it`() throws {
        let group = try bots.group()
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        let sent = try second.call(
            "sendMessage", ["chat_id": group, "text": "?", "reply_markup": keyboard])
        let number = try #require(sent["message_id"])
        for parameters: JSON in [
            ["chat_id": group, "button": 1], ["chat_id": group, "message_id": number, "button": 1],
        ] {
            bots.forget()
            let query = try demo.act("pressButton", parameters)
            #expect(second.kinds == ["callback_query"])
            #expect(demo.updates.isEmpty)
            let id = try #require(query["id"])
            try second.call("answerCallbackQuery", ["callback_query_id": id])
        }
        #expect(
            demo.refusal("editMessageText", ["chat_id": group, "message_id": number, "text": "x"]) != nil)
    }

    @Test func `a button of a channel post goes to the bot that posted`() throws {
        let channel = try #require(try demo.act("createChannel")["id"])
        try second.act("addBot", ["chat_id": channel])
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        let post = try second.call(
            "sendMessage", ["chat_id": channel, "text": "?", "reply_markup": keyboard])
        bots.forget()
        try demo.act(
            "pressButton", ["chat_id": channel, "message_id": post["message_id"] ?? 0, "button": "Yes"])
        #expect(second.kinds == ["callback_query"])
        #expect(demo.updates.isEmpty)
    }

    @Test func `votes go to the bot that sent the poll`() throws {
        let group = try bots.group()
        let poll: JSON = [
            "chat_id": group, "question": "?", "options": ["a", "b"], "is_anonymous": false, "open_period": 5,
        ]
        let first = try demo.call("sendPoll", poll)
        let other = try second.call("sendPoll", poll)
        #expect(first["poll"]?["id"] != other["poll"]?["id"])
        #expect(demo.refusal("stopPoll", ["chat_id": group, "message_id": other["message_id"] ?? 0]) != nil)
        bots.forget()
        try demo.act(
            "votePoll", ["chat_id": group, "message_id": other["message_id"] ?? 0, "option_ids": [1]])
        #expect(second.kinds == ["poll", "poll_answer"])
        #expect(demo.updates.isEmpty)
        demo.now += 5
        demo.telegram.passTime()
        #expect(second.kinds == ["poll", "poll_answer", "poll"])
        #expect(demo.kinds == ["poll"])
        #expect(demo.last("poll")?["id"] == first["poll"]?["id"])
    }

    @Test func `a poll in a private chat closes while another bot is asked`() throws {
        try second.act("start")
        let poll: JSON = ["chat_id": 42, "question": "?", "options": ["a"], "open_period": 5]
        try second.call("sendPoll", poll)
        bots.forget()
        demo.now += 5
        demo.telegram.passTime()
        #expect(second.kinds == ["poll"])
        #expect(second.edited.count == 1)
        #expect(demo.updates.isEmpty)
    }

    @Test func `a payment goes to the bot that sells, however it is named`() throws {
        let group = try bots.group()
        var invoice = Self.invoice
        invoice.set("chat_id", group)
        let sent = try second.call("sendInvoice", invoice)
        bots.forget()
        try demo.act("payInvoice", ["chat_id": group])
        try demo.act("payInvoice", ["chat_id": group, "message_id": sent["message_id"] ?? 0], as: 43)
        let link = try second.call("createInvoiceLink", Self.invoice)
        try demo.act("payInvoice", ["invoice_link": link])
        #expect(second.kinds == ["pre_checkout_query", "pre_checkout_query", "pre_checkout_query"])
        #expect(demo.updates.isEmpty)
        #expect(link != (try demo.call("createInvoiceLink", Self.invoice)))
    }

    @Test func `a query of one bot can't be answered by another`() throws {
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        var ids: [JSON] = []
        for world in [demo, second] {
            try world.act("start")
            try world.call("sendMessage", ["chat_id": 42, "text": "?", "reply_markup": keyboard])
            ids.append(try #require(try world.act("pressButton", ["button": 1])["id"]))
        }
        #expect(second.refusal("answerCallbackQuery", ["callback_query_id": ids[0]]) != nil)
        try second.call("answerCallbackQuery", ["callback_query_id": ids[1]])
        let queries = try [demo, second].map { try $0.act("sendInlineQuery", ["query": "x"])["id"] }
        #expect(queries[0] != queries[1])
    }
}
