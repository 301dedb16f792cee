import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedStarsTests {
    private let world: SimulatedWorld
    private let invoice: JSON = [
        "title": "Tea", "description": "Green tea", "payload": "tea-1", "currency": "XTR",
        "prices": [["label": "Tea", "amount": 25]],
    ]

    init() throws {
        world = try TestRig().world()
        try world.act("start")
        world.forget()
    }

    /// Pays an invoice through a link, and returns the `SuccessfulPayment`.
    private func pay(_ more: JSON = [:]) throws -> JSON {
        var invoice = invoice
        invoice.merge(more)
        let link = try world.call("createInvoiceLink", invoice)
        let query = try world.act("payInvoice", ["invoice_link": link])
        try world.call("answerPreCheckoutQuery", ["pre_checkout_query_id": query["id"] ?? "", "ok": true])
        return try #require(world.last("message")?["successful_payment"])
    }

    private var balance: JSON? { try? world.call("getMyStarBalance", [:])["amount"] }

    private func transactions(_ parameters: JSON = [:]) throws -> [JSON] {
        try #require(try world.call("getStarTransactions", parameters)["transactions"]).elements
    }

    @Test func `the bot has a balance, and transactions`() throws {
        let first = try pay()
        world.now += 60
        let second = try pay(["payload": "tea-2"])
        #expect(balance == 50)
        let all = try transactions()
        #expect(all.map { $0["id"] } == [first, second].map { $0["telegram_payment_charge_id"] })
        #expect(all[0]["amount"] == 25)
        #expect(all[0]["date"] == 1_700_000_000)
        let source = try #require(all[1]["source"])
        #expect((source["type"], source["transaction_type"]) == ("user", "invoice_payment"))
        #expect((source["user"]?["id"], source["invoice_payload"]) == (42, "tea-2"))
        #expect(try transactions(["offset": 1]) == [all[1]])
        #expect(try transactions(["limit": 1]) == [all[0]])
    }

    @Test func `a payment is refunded once`() throws {
        let charge = try pay()["telegram_payment_charge_id"] ?? ""
        let refund: JSON = ["user_id": 42, "telegram_payment_charge_id": charge]
        try world.act("start", as: 43)
        #expect(try world.call("refundStarPayment", refund) == true)
        #expect(balance == 0)
        let refunded = try #require(world.last("message")?["refunded_payment"])
        #expect((refunded["currency"], refunded["total_amount"]) == ("XTR", 25))
        #expect(refunded["invoice_payload"] == "tea-1")
        #expect(refunded["telegram_payment_charge_id"] == charge)
        let receiver = try transactions()[1]["receiver"]
        #expect(receiver?["user"]?["id"] == 42)
        #expect(try transactions()[1]["id"] == charge)
        #expect(world.refusal("refundStarPayment", refund) == "400 Bad Request: CHARGE_ALREADY_REFUNDED")
        for (person, charge) in [(42, "x"), (43, charge)] as [(Int64, JSON)] {
            let other: JSON = ["user_id": JSON(person), "telegram_payment_charge_id": charge]
            #expect(world.refusal("refundStarPayment", other) == "400 Bad Request: CHARGE_NOT_FOUND")
        }
    }

    @Test func `a subscription is paid every 30 days until it is canceled`() throws {
        let month: Int64 = 2_592_000
        let first = try pay(["subscription_period": JSON(month)])
        #expect((first["is_recurring"], first["is_first_recurring"]) == (true, true))
        #expect(first["subscription_expiration_date"] == JSON(world.now + month))
        world.forget()
        world.now += 2 * month
        world.telegram.passTime()
        let payments = world.updates.compactMap { $0.payload["successful_payment"] }
        #expect(payments.count == 2)
        #expect(payments[0]["is_first_recurring"] == nil)
        #expect(payments[0]["subscription_expiration_date"] == JSON(1_700_000_000 + 2 * month))
        #expect(Set(payments.map { $0["telegram_payment_charge_id"]?.string }).count == 2)
        #expect(balance == 75)
        #expect(try transactions()[2]["source"]?["subscription_period"] == JSON(month))

        let charge: JSON = ["telegram_payment_charge_id": first["telegram_payment_charge_id"] ?? ""]
        #expect(world.failure("restoreSubscription", charge) != nil)
        let change = try world.act("cancelSubscription", charge)
        #expect(world.last("subscription") == change)
        #expect(
            (change["user"]?["id"], change["invoice_payload"], change["state"]) == (42, "tea-1", "canceled"))
        #expect(try world.act("restoreSubscription", charge)["state"] == "active")
        var edit = charge
        edit.merge(["user_id": 42, "is_canceled": true])
        try world.call("editUserStarSubscription", edit)
        world.now += month
        world.telegram.passTime()
        #expect(balance == 75)
        edit.set("telegram_payment_charge_id", "x")
        #expect(world.refusal("editUserStarSubscription", edit) == "400 Bad Request: CHARGE_NOT_FOUND")
    }

    @Test func `paid media is bought once, and its payload tells the bot`() throws {
        let media: JSON = [["type": "photo", "media": "https://example.com/cat.jpg"]]
        var call: JSON = ["chat_id": 42, "star_count": 5, "media": media, "payload": "cat", "caption": "Cat"]
        let sent = try world.call("sendPaidMedia", call)
        #expect(sent["paid_media"]?["star_count"] == 5)
        #expect(sent["paid_media"]?["paid_media"]?[0]?["type"] == "photo")
        #expect(sent["caption"] == "Cat")
        let purchase = try world.act("buyPaidMedia")
        #expect(world.last("purchased_paid_media") == purchase)
        #expect((purchase["from"]?["id"], purchase["paid_media_payload"]) == (42, "cat"))
        #expect(balance == 5)
        let source = try transactions()[0]["source"]
        #expect(source?["transaction_type"] == "paid_media_payment")
        #expect(source?["paid_media_payload"] == "cat")
        #expect(source?["paid_media"]?.count == 1)
        #expect(world.failure("buyPaidMedia", [:]) != nil)
        world.forget()
        call.remove("payload")
        try world.call("sendPaidMedia", call)
        try world.act("buyPaidMedia")
        #expect(world.updates.isEmpty)
        #expect(balance == 10)
        for change in [["star_count": 0], ["media": []], ["media": [["type": "audio", "media": "x"]]]]
            as [JSON]
        {
            var bad = call
            bad.merge(change)
            #expect(world.refusal("sendPaidMedia", bad)?.hasPrefix("400 ") == true)
        }
    }
}
