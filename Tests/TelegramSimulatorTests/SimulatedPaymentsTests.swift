import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedPaymentsTests {
    private let world: SimulatedWorld
    private let invoice: JSON = [
        "chat_id": 42, "title": "Tea", "description": "Green tea", "payload": "tea-1",
        "provider_token": "1:TEST:x", "currency": "EUR",
        "prices": [["label": "Tea", "amount": 400], ["label": "Tax", "amount": 5]],
    ]

    init() throws {
        world = try TestRig().world()
        try world.act("start")
        world.forget()
    }

    private func invoice(_ more: JSON) -> JSON {
        var invoice = invoice
        invoice.merge(more)
        return invoice
    }

    private func accept(_ query: JSON) throws {
        try world.call("answerPreCheckoutQuery", ["pre_checkout_query_id": query["id"] ?? "", "ok": true])
    }

    private var payment: JSON? { world.last("message")?["successful_payment"] }

    @Test func `an invoice gets a pay button, and a payment goes through its checkout`() throws {
        let sent = try world.call("sendInvoice", invoice(["start_parameter": "tea"]))
        #expect(
            sent["invoice"] == [
                "title": "Tea", "description": "Green tea", "start_parameter": "tea", "currency": "EUR",
                "total_amount": 405,
            ])
        #expect(sent["reply_markup"] == ["inline_keyboard": [[["text": "Pay €4.05", "pay": true]]]])
        let query = try world.act("pressButton", ["button": 1])
        #expect(world.last("pre_checkout_query") == query)
        #expect(query["from"]?["id"] == 42)
        #expect(query["total_amount"] == 405)
        #expect(query["invoice_payload"] == "tea-1")
        #expect(query["order_info"] == nil)
        try accept(query)
        guard case .checkoutAnswer(_, person: 42) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
        let message = try #require(world.last("message"))
        #expect((message["from"]?["id"], message["chat"]?["id"]) == (42, 42))
        let paid = try #require(payment)
        #expect((paid["currency"], paid["total_amount"]) == ("EUR", 405))
        #expect(paid["invoice_payload"] == "tea-1")
        #expect(paid["telegram_payment_charge_id"]?.string?.isEmpty == false)
        #expect(paid["provider_payment_charge_id"]?.string?.isEmpty == false)
        #expect(world.failure("payInvoice", [:]) == "400 Bad Request: INVOICE_ALREADY_PAID")
        #expect(try world.call("getMyStarBalance", [:]) == ["amount": 0])
    }

    @Test func `an invoice is paid once, although the user began twice`() throws {
        try world.call(
            "sendInvoice",
            invoice(["currency": "XTR", "provider_token": "", "prices": [["label": "Tea", "amount": 3]]]))
        let queries = [try world.act("payInvoice"), try world.act("payInvoice")]
        for query in queries { try accept(query) }
        #expect(try world.call("getMyStarBalance", [:]) == ["amount": 3])
    }

    @Test func `the bot may refuse a payment, and then nothing is paid`() throws {
        try world.call("sendInvoice", invoice)
        let query = try world.act("payInvoice")
        let id = query["id"] ?? ""
        #expect(
            world.refusal("answerPreCheckoutQuery", ["pre_checkout_query_id": id, "ok": false])
                == "400 Bad Request: parameter \"error_message\" is required")
        let refusal: JSON = ["pre_checkout_query_id": id, "ok": false, "error_message": "Sold out"]
        try world.call("answerPreCheckoutQuery", refusal)
        #expect(world.actions.last?.json["answer"]?["error_message"] == "Sold out")
        #expect(payment == nil)
        try accept(world.act("payInvoice"))
        #expect(payment != nil)
    }

    @Test func `a checkout must be answered within 10 s, and once`() throws {
        try world.call("sendInvoice", invoice)
        let query = try world.act("payInvoice")
        world.now += 11
        let answer: JSON = ["pre_checkout_query_id": query["id"] ?? "", "ok": true]
        let tooOld =
            "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
        #expect(world.refusal("answerPreCheckoutQuery", answer) == tooOld)
        #expect(payment == nil)
        let second = try world.act("payInvoice")
        world.now += 10
        try accept(second)
        #expect(payment != nil)
        let again: JSON = ["pre_checkout_query_id": second["id"] ?? "", "ok": true]
        #expect(world.refusal("answerPreCheckoutQuery", again) == tooOld)
    }

    @Test func `an order has what the invoice asks for, and a tip`() throws {
        try world.call(
            "sendInvoice",
            invoice([
                "need_name": true, "need_email": true, "max_tip_amount": 100,
                "suggested_tip_amounts": [10, 100],
            ]))
        #expect(world.failure("payInvoice", ["tip_amount": 101])?.contains("from 0 to 100") == true)
        let query = try world.act(
            "payInvoice", ["tip_amount": 50, "email": "ada@example.com", "phone_number": "1"])
        #expect(query["total_amount"] == 455)
        #expect(query["order_info"] == ["name": "User 42", "email": "ada@example.com"])
        try accept(query)
        #expect(payment?["order_info"] == query["order_info"])
        #expect(payment?["total_amount"] == 455)
    }

    @Test func `with a flexible price the bot offers ways of shipping first`() throws {
        try world.call("sendInvoice", invoice(["is_flexible": true]))
        func pay(_ option: String) throws -> JSON {
            try world.act(
                "payInvoice", ["shipping_option_id": JSON(option), "shipping_address": ["city": "Oslo"]])
        }
        let query = try pay("fast")
        #expect(world.last("shipping_query") == query)
        #expect(query["shipping_address"]?["city"] == "Oslo")
        #expect(query["shipping_address"]?["country_code"]?.string?.isEmpty == false)
        let id = query["id"] ?? ""
        for (options, reason) in [
            ("", "parameter \"shipping_options\" is required"),
            ("[]", "there must be at least one shipping option"),
            (#"[{"id":"x"}]"#, "can't parse shipping option: Can't find field \"title\""),
        ] {
            let answer: JSON = ["shipping_query_id": id, "ok": true, "shipping_options": JSON(options)]
            #expect(world.refusal("answerShippingQuery", answer) == "400 Bad Request: \(reason)")
        }
        let options: JSON = [
            ["id": "slow", "title": "Slow", "prices": [["label": "Post", "amount": 1]]],
            ["id": "fast", "title": "Fast", "prices": [["label": "Bike", "amount": "95"]]],
        ]
        let answer: JSON = ["shipping_query_id": id, "ok": true, "shipping_options": options]
        try world.call("answerShippingQuery", answer)
        let checkout = try #require(world.last("pre_checkout_query"))
        #expect((checkout["total_amount"], checkout["shipping_option_id"]) == (500, "fast"))
        #expect(checkout["order_info"]?["shipping_address"]?["city"] == "Oslo")
        try accept(checkout)
        #expect((payment?["total_amount"], payment?["shipping_option_id"]) == (500, "fast"))
        #expect(world.refusal("answerShippingQuery", answer)?.contains("query is too old") == true)
    }

    @Test func `shipping must leave a price to pay`() throws {
        try world.call("sendInvoice", invoice(["is_flexible": true]))
        let query = try world.act("payInvoice")
        func answer(_ amount: Int64) -> JSON {
            let option: JSON = [
                "id": "x", "title": "X", "prices": [["label": "Gift", "amount": JSON(amount)]],
            ]
            return ["shipping_query_id": query["id"] ?? "", "ok": true, "shipping_options": [option]]
        }
        let refusal = { world.refusal("answerShippingQuery", answer($0)) }
        #expect(refusal(-405) == "400 Bad Request: total price must be positive")
        #expect(refusal(999_999_999_999) == "400 Bad Request: total price is too big")
        #expect(refusal(-404) == nil)
        #expect(world.last("pre_checkout_query")?["total_amount"] == 1)
    }

    @Test func `a forwarded invoice has a pay button, or with a start parameter a link to the bot`() throws {
        let group = try world.act("createGroup")["id"] ?? .null
        func forward(_ parameters: JSON) throws -> JSON {
            let sent = try world.call("sendInvoice", invoice(parameters))
            return try world.call(
                "forwardMessage",
                ["chat_id": group, "from_chat_id": 42, "message_id": sent["message_id"] ?? 0])
        }
        let copy = try forward([:])
        #expect(copy["reply_markup"] == ["inline_keyboard": [[["text": "Pay €4.05", "pay": true]]]])
        for person: Int64 in [42, 43] {
            try accept(
                world.act(
                    "pressButton", ["chat_id": group, "message_id": copy["message_id"] ?? 0, "button": 1],
                    as: person))
            #expect(payment?["invoice_payload"] == "tea-1")
        }
        let link = try forward(["start_parameter": "tea"])
        let button: JSON = ["text": "Pay €4.05", "url": "https://t.me/demo_bot?start=tea"]
        #expect(link["reply_markup"] == ["inline_keyboard": [[button]]])
        #expect(
            world.refusal(
                "copyMessage",
                ["chat_id": group, "from_chat_id": group, "message_id": link["message_id"] ?? 0])
                == "400 Bad Request: message can't be copied")
    }

    @Test func `a link is an invoice for everybody, and can be paid again`() throws {
        var parameters = invoice
        parameters.remove("chat_id")
        let link = try world.call("createInvoiceLink", parameters)
        #expect(link.string?.hasPrefix("https://t.me/$") == true)
        for person: Int64 in [42, 43, 42] {
            world.forget()
            try accept(world.act("payInvoice", ["invoice_link": link], as: person))
            #expect(world.last("message")?["chat"]?["id"] == JSON(person))
        }
        #expect(world.failure("payInvoice", ["invoice_link": "https://t.me/$x"]) != nil)
    }

    @Test func `an invoice may be an inline result`() throws {
        let query = try world.act("sendInlineQuery", ["query": "tea"])["id"] ?? ""
        var content = invoice
        content.remove("chat_id")
        let result: JSON = [
            "type": "article", "id": "1", "title": "Tea", "input_message_content": content,
        ]
        try world.call("answerInlineQuery", ["inline_query_id": query, "results": [result]])
        let message = try world.act("chooseInlineResult", ["result_id": "1"])
        #expect(message["invoice"]?["total_amount"] == 405)
        try accept(world.act("payInvoice"))
        #expect(payment != nil)
        content.set("title", "")
        let bad: JSON = ["type": "article", "id": "1", "title": "Tea", "input_message_content": content]
        #expect(
            world.refusal("answerInlineQuery", ["inline_query_id": query, "results": [bad]])
                == "400 Bad Request: parameter \"title\" is required")
    }

    @Test(arguments: [
        (#"{"title":""}"#, "parameter \"title\" is required"),
        (#"{"title":"123456789012345678901234567890123"}"#, "title is too long"),
        (#"{"prices":[]}"#, "there must be at least one price"),
        (#"{"prices":"x"}"#, "can't parse prices JSON object"),
        (#"{"prices":[{"amount":1}]}"#, "can't parse labeled price: Can't find field \"label\""),
        (#"{"prices":[{"label":"x","amount":"y"}]}"#, "can't parse labeled price: Can't parse"),
        (#"{"prices":[{"label":"x","amount":0}]}"#, "total price must be positive"),
        (#"{"prices":[{"label":"x","amount":-9223372036854775808}]}"#, "too big amount"),
        (
            #"{"prices":[{"label":"x","amount":999999999999},{"label":"x","amount":1}]}"#,
            "total price is too big"
        ),
        (#"{"provider_token":""}"#, "PAYMENT_PROVIDER_INVALID"),
        (#"{"currency":"euro"}"#, "currency 'euro' is invalid"),
        (#"{"currency":"XTR"}"#, "STARS_INVOICE_INVALID"),
        (#"{"currency":"XTR","provider_token":""}"#, "STARS_INVOICE_INVALID"),
        (#"{"currency":"USD","prices":[{"label":"x","amount":99}]}"#, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        (#"{"currency":"USD","prices":[{"label":"x","amount":1000001}]}"#, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        (#"{"max_tip_amount":-1}"#, "invalid max_tip_amount"),
        (#"{"suggested_tip_amounts":[1]}"#, "suggested tip amount can't be bigger than max_tip_amount"),
        (
            #"{"max_tip_amount":9,"suggested_tip_amounts":[2,1]}"#,
            "suggested tip amounts must be in increasing"
        ),
        (#"{"max_tip_amount":9,"suggested_tip_amounts":[1,2,3,4,5]}"#, "there can be at most 4"),
        (#"{"subscription_period":2592000}"#, "SUBSCRIPTION_PERIOD_INVALID"),
        (
            #"{"reply_markup":{"inline_keyboard":[[{"text":"x","url":"http://x.y"}]]}}"#,
            "REPLY_MARKUP_BUY_EMPTY"
        ),
    ])
    func `an invalid invoice is refused`(change: String, reason: String) throws {
        let refusal = try world.refusal("sendInvoice", invoice(JSON(parsing: change)))
        #expect(refusal?.hasPrefix("400 Bad Request: \(reason)") == true, "\(refusal ?? "sent")")
    }

    @Test func `payloads are limited by bytes`() {
        let long = JSON(String(repeating: "é", count: 65))
        #expect(
            world.refusal("sendInvoice", invoice(["payload": long]))
                == "400 Bad Request: INVOICE_PAYLOAD_INVALID")
        let description = JSON(String(repeating: "x", count: 256))
        #expect(world.refusal("sendInvoice", invoice(["description": description]))?.contains("255") == true)
    }

    @Test(
        arguments: [
            (405, "USD", "$4.05"), (5, "USD", "$0.05"), (1000, "JPY", "¥1000"), (1234, "KWD", "1.234 KWD"),
            (25, "XTR", "⭐️25"), (7, "PLN", "0.07 PLN"),
        ] as [(Int64, String, String)])
    func `prices are written as users read them`(amount: Int64, currency: String, text: String) {
        #expect(Invoice.price(amount, in: currency) == text)
    }

    @Test func `a raw query for a payment can be answered once`() throws {
        world.telegram.learn(from: [
            "id": "77", "from": ["id": 42], "currency": "EUR", "total_amount": 1, "invoice_payload": "x",
        ])
        try accept(["id": "77"])
        #expect(payment == nil)
        #expect(throws: (any Error).self) { try accept(["id": "77"]) }
        world.telegram.learn(from: [
            "id": "78", "from": ["id": 42], "invoice_payload": "x", "shipping_address": [:],
        ])
        let answer: JSON = ["shipping_query_id": "78", "ok": false, "error_message": "no"]
        try world.call("answerShippingQuery", answer)
        #expect(world.actions.last?.kind == "shipping_answer")
    }
}
