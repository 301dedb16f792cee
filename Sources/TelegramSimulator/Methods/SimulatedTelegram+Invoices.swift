import BotAPI
import JSON

/// Invoices, and the way from a pay button to the payment.
///
/// - SeeAlso: https://core.telegram.org/bots/payments
extension SimulatedTelegram {
    func sendInvoice(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let invoice = try Invoice(request.arguments)
        let markup = try ReplyMarkup(request.arguments)?.inlineKeyboard
        try Self.checkPayButton(in: markup)
        var content: JSON = ["invoice": invoice.json]
        if markup == nil { content.set("reply_markup", invoice.keyboard) }
        let message = try post(content, by: request, to: chat)
        offer(invoice, in: message)
        return message
    }

    /// The first button of an invoice must be its pay button.
    static func checkPayButton(in markup: JSON?) throws(BotAPIError) {
        guard let first = markup?["inline_keyboard"]?.elements.first?.elements.first else { return }
        guard first["pay"]?.bool == true else { throw .badRequest("REPLY_MARKUP_BUY_EMPTY") }
    }

    func offer(_ invoice: Invoice, in message: JSON) {
        Self.place(of: message).map { interactions.payments.invoices[$0] = invoice }
    }

    /// The bot that sells the invoice of a message; nil if there is no invoice.
    func seller(of message: JSON) -> SimulatedTelegram? {
        guard let place = Self.place(of: message) else { return nil }
        // Several bots may have a private chat with this id.
        let isShared = (message["chat"]?["id"]?.integer ?? 0) < 0
        let candidates = isShared ? bots.all : [message["from"]?["id"]?.integer.flatMap { bots[$0] } ?? self]
        return candidates.first { $0.interactions.payments.invoices[place] != nil }
    }

    static func place(of message: JSON) -> SimulatedPayments.Place? {
        guard let id = message["message_id"]?.integer, let chat = message["chat"]?["id"]?.integer else {
            return nil
        }
        return .message(id, chat: chat)
    }

    func createInvoiceLink(_ request: Request) throws(BotAPIError) -> JSON {
        JSON(interactions.payments.addLink(to: try Invoice(request.arguments)))
    }

    // MARK: users

    /// Pays the invoice with this `message_id` (default: the newest one) or `invoice_link`, with `tip_amount`,
    /// `shipping_option_id`, and the properties of an `OrderInfo`; what the invoice asks for and the request doesn't have
    /// is made up. Returns the `ShippingQuery` or the `PreCheckoutQuery`.
    func payInvoice(_ request: Request) throws(BotAPIError) -> JSON {
        guard request.arguments.has("invoice_link") else {
            guard let message = try message(with: "invoice", for: request),
                let place = Self.place(of: message),
                let seller = seller(of: message)
            else { throw .badRequest("there is no invoice to pay") }
            return try seller.pay(place, request)
        }
        return try pay(.link(request.text("invoice_link")), request)
    }

    private func pay(_ place: SimulatedPayments.Place, _ request: Request) throws(BotAPIError) -> JSON {
        guard let person = request.person, let id = request.personID else { throw .methodNotFound }
        guard let invoice = interactions.payments.invoices[place] else {
            throw .badRequest("there is no invoice to pay")
        }
        guard !interactions.payments.isPaid(place, by: id) else { throw .badRequest("INVOICE_ALREADY_PAID") }
        let tip = request.arguments.has("tip_amount") ? Int64(request.text("tip_amount")) : 0
        guard let tip, 0...invoice.maximumTip ~= tip else {
            throw .badRequest(
                "invalid tip_amount '\(request.text("tip_amount"))': it must be from 0 to \(invoice.maximumTip)"
            )
        }
        let checkout = SimulatedPayments.Checkout(
            invoice: invoice, place: place, person: person, tip: tip,
            order: Self.order(for: invoice, person, request.arguments),
            wantedShipping: request.text("shipping_option_id"))
        return invoice.isFlexible ? askForShipping(checkout, by: id) : checkOut(checkout, by: id)
    }

    /// The message with the request's `message_id`, or the newest one with a key; nil if there is none.
    func message(with key: String, for request: Request) throws(BotAPIError) -> JSON? {
        let chat = try chat(of: request, writing: false)
        guard let named = request.arguments.integer("message_id") else {
            return chat.messages.last { $0[key] != nil }
        }
        return chat.messages[named]
    }

    /// The `OrderInfo`; nil if the invoice asks for none.
    private static func order(for invoice: Invoice, _ person: JSON, _ given: Arguments) -> JSON? {
        guard !invoice.needs.isEmpty else { return nil }
        let id = person["id"]?.integer ?? 0
        let names = ["first_name", "last_name"].compactMap { person[$0]?.string }
        var order: JSON = [
            "name": JSON(names.joined(separator: " ")), "phone_number": JSON("+1555\(id)"),
            "email": JSON("user\(id)@example.com"),
        ]
        var address: JSON = [
            "country_code": "US", "state": "New York", "city": "New York", "street_line1": "1 Main Street",
            "street_line2": "", "post_code": "10001",
        ]
        given.structure("shipping_address").map { address.merge($0) }
        order.set("shipping_address", address)
        for key in ["name", "phone_number", "email"] {
            if !invoice.needs.contains(key) { order.remove(key) }
            if invoice.needs.contains(key), given.has(key) { order.set(key, JSON(given.text(key))) }
        }
        if !invoice.needs.contains("shipping_address") { order.remove("shipping_address") }
        return order
    }

    private func askForShipping(_ checkout: SimulatedPayments.Checkout, by person: Int64) -> JSON {
        let id = interactions.payments.shippingQueries.add(by: person, at: now())
        interactions.payments.checkouts[.shipping(id)] = checkout
        var query: JSON = [
            "id": JSON(id), "from": checkout.person, "invoice_payload": JSON(checkout.invoice.payload),
        ]
        checkout.order?["shipping_address"].map { query.set("shipping_address", $0) }
        onUpdate("shipping_query", query)
        return query
    }

    @discardableResult
    private func checkOut(_ checkout: SimulatedPayments.Checkout, by person: Int64) -> JSON {
        let id = interactions.payments.checkoutQueries.add(by: person, at: now())
        interactions.payments.checkouts[.checkout(id)] = checkout
        var query: JSON = ["id": JSON(id), "from": checkout.person]
        query.merge(checkout.terms)
        onUpdate("pre_checkout_query", query)
        return query
    }

    // MARK: the bot's answers

    func answerShippingQuery(_ request: Request) throws(BotAPIError) -> JSON {
        let options = request.arguments.flag("ok") ? try Self.shippingOptions(request.arguments) : []
        if options.isEmpty { _ = try request.arguments.required("error_message") }
        let id = request.text("shipping_query_id")
        if let checkout = interactions.payments.checkouts[.shipping(id)] {
            for option in options { try Invoice.checkTotal(checkout.shipped(by: option).total) }
        }
        let answer = interactions.payments.shippingQueries.answer(id, at: now())
        let result = try finish(answer, id: id) { .shippingAnswer(request.arguments.json, person: $0) }
        guard !options.isEmpty, let checkout = interactions.payments.checkouts.remove(.shipping(id)) else {
            return result
        }
        let wanted = checkout.wantedShipping
        // A user can't choose an option that the bot doesn't offer.
        guard let option = options.first(where: { wanted.isEmpty || $0["id"]?.string == wanted }) else {
            return result
        }
        checkOut(checkout.shipped(by: option), by: checkout.person["id"]?.integer ?? 0)
        return result
    }

    private static func shippingOptions(_ arguments: Arguments) throws(BotAPIError) -> [JSON] {
        _ = try arguments.required("shipping_options")
        guard let options = arguments.structure("shipping_options") else {
            throw .badRequest("can't parse shipping options JSON object")
        }
        guard options.isArray else { throw .badRequest("expected an Array of shipping options") }
        guard options.count > 0 else { throw .badRequest("there must be at least one shipping option") }
        for option in options.elements {
            let reason = "can't parse shipping option: "
            guard option.isObject else { throw .badRequest("\(reason)ShippingOption must be an Object") }
            for key in ["id", "title", "prices"] where option[key] == nil {
                throw .badRequest("\(reason)Can't find field \"\(key)\"")
            }
            _ = try Invoice.prices(Arguments(option))
        }
        return options.elements
    }

    func answerPreCheckoutQuery(_ request: Request) throws(BotAPIError) -> JSON {
        let isAccepted = request.arguments.flag("ok")
        if !isAccepted { _ = try request.arguments.required("error_message") }
        let id = request.text("pre_checkout_query_id")
        let answer = interactions.payments.checkoutQueries.answer(id, at: now())
        let result = try finish(answer, id: id) { .checkoutAnswer(request.arguments.json, person: $0) }
        let checkout = interactions.payments.checkouts.remove(.checkout(id))
        if isAccepted, let checkout { try complete(checkout) }
        return result
    }
}

extension SimulatedPayments.Checkout {
    fileprivate func shipped(by option: JSON) -> Self {
        var checkout = self
        checkout.shipping = option
        return checkout
    }

    /// The price with the tip and the shipping.
    fileprivate var total: Int64 {
        let prices = (shipping?["prices"]?.elements ?? []).map { Int64(Arguments($0).text("amount")) ?? 0 }
        return invoice.amount + tip + prices.reduce(0, +)
    }

    /// What a `PreCheckoutQuery` and a `SuccessfulPayment` have in common.
    var terms: JSON {
        var terms: JSON = [
            "currency": JSON(invoice.currency),
            "total_amount": JSON(total),
            "invoice_payload": JSON(invoice.payload),
        ]
        shipping?["id"].map { terms.set("shipping_option_id", $0) }
        order.map { terms.set("order_info", $0) }
        return terms
    }
}
