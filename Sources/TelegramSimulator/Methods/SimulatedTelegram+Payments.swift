import BotAPI
import JSON

/// Payments that are done: in Telegram Stars also refunds, subscriptions and the bot's balance.
extension SimulatedTelegram {
    /// Takes the money, and tells the bot.
    func complete(_ checkout: SimulatedPayments.Checkout) throws(BotAPIError) {
        let (invoice, person) = (checkout.invoice, checkout.person)
        // The user may have paid twice before the bot consented.
        guard let id = person["id"]?.integer, !interactions.payments.isPaid(checkout.place, by: id) else {
            return
        }
        interactions.payments.markPaid(checkout.place, by: id)
        var chat = chats.privateChat(with: person, id: id)
        if case .message(_, let place) = checkout.place { chat = chats[place] ?? chat }
        let chargeID = interactions.payments.accounts.nextID()
        if let period = invoice.subscriptionPeriod {
            let expires = now() + period
            interactions.payments.accounts.subscriptions[chargeID] = StarAccount.Subscription(
                invoice: invoice, person: person, chat: chat.id, expires: expires)
            interactions.payments.accounts.renewals.set(chargeID, at: expires)
        }
        charge(checkout.terms, for: invoice, person, in: chat, as: chargeID)
    }

    /// Adds a payment, and sends the bot its service message.
    ///
    /// - Parameter first: the id of the subscription's first charge if this is another one.
    private func charge(
        _ terms: JSON, for invoice: Invoice, _ person: JSON, in chat: SimulatedChat, as id: String,
        after first: String? = nil
    ) {
        var payment = terms
        let number = person["id"]?.integer ?? 0
        var subscription: String?
        if let period = invoice.subscriptionPeriod {
            subscription = first ?? id
            let expires = interactions.payments.accounts.subscriptions[first ?? id]?.expires
            payment.set("subscription_expiration_date", JSON(expires ?? now() + period))
            payment.set("is_recurring", true)
            if first == nil { payment.set("is_first_recurring", true) }
        }
        payment.set("telegram_payment_charge_id", JSON(id))
        payment.set("provider_payment_charge_id", JSON("\(number)_\(id.dropFirst(3))"))
        var partner: JSON = [
            "type": "user", "transaction_type": "invoice_payment", "user": person,
            "invoice_payload": JSON(invoice.payload),
        ]
        invoice.subscriptionPeriod.map { partner.set("subscription_period", JSON($0)) }
        let charge = StarAccount.Charge(
            person: number, payment: payment, partner: partner, subscription: subscription)
        interactions.payments.accounts.add(charge, id: id, at: now())
        announce(["successful_payment": payment], in: chat, by: Request(of: person))
    }

    /// Whether a user has paid a message's invoice, or for its media.
    func hasPaid(for message: Int64, in chat: Int64, _ person: Int64) -> Bool {
        (chat < 0 ? bots.all : [self]).contains {
            $0.interactions.payments.isPaid(.message(message, chat: chat), by: person)
        }
    }

    // MARK: Telegram Stars

    func getMyStarBalance(_ request: Request) throws(BotAPIError) -> JSON {
        ["amount": JSON(interactions.payments.accounts.balance)]
    }

    func getStarTransactions(_ request: Request) throws(BotAPIError) -> JSON {
        let offset = max(request.arguments.integer("offset") ?? 0, 0)
        let limit = min(max(request.arguments.integer("limit") ?? 100, 1), 100)
        let all = interactions.payments.accounts.transactions
        return ["transactions": JSON(Array(all.dropFirst(Int(offset)).prefix(Int(limit))))]
    }

    func refundStarPayment(_ request: Request) throws(BotAPIError) -> JSON {
        guard let (id, charge) = try starCharge(of: request) else { return true }
        guard !charge.isRefunded else { throw .badRequest("CHARGE_ALREADY_REFUNDED") }
        interactions.payments.accounts.refund(id, at: now())
        if charge.subscription == id { interactions.payments.accounts.renewals.set(id, at: nil) }
        guard let person = chats.person(charge.person) else { return true }
        var refund: JSON = [:]
        for key in [
            "currency", "total_amount", "invoice_payload", "telegram_payment_charge_id",
            "provider_payment_charge_id",
        ] {
            charge.payment[key].map { refund.set(key, $0) }
        }
        let chat = chats.privateChat(with: person, id: charge.person)
        announce(["refunded_payment": refund], in: chat, by: Request(of: person))
        return true
    }

    /// The user's payment in Stars that a call is about; nil if it is unknown in lenient mode.
    private func starCharge(of request: Request) throws(BotAPIError) -> (String, StarAccount.Charge)? {
        let (person, _) = try user(request)
        let id = try request.arguments.required("telegram_payment_charge_id")
        if let charge = interactions.payments.accounts[id], charge.person == person, charge.stars > 0 {
            return (id, charge)
        }
        guard strictness == .lenient else { throw .badRequest("CHARGE_NOT_FOUND") }
        return nil
    }

    // MARK: subscriptions

    func editUserStarSubscription(_ request: Request) throws(BotAPIError) -> JSON {
        guard let (_, charge) = try starCharge(of: request) else { return true }
        guard let id = charge.subscription else { throw .badRequest("CHARGE_NOT_FOUND") }
        let isCanceled = request.arguments.flag("is_canceled")
        interactions.payments.accounts.subscriptions[id]?.isCanceledByBot = isCanceled
        return true
    }

    /// Cancels or restores the user's subscription with this `telegram_payment_charge_id`. Returns the
    /// `BotSubscriptionUpdated`.
    func changeSubscription(_ request: Request) throws(BotAPIError) -> JSON {
        let charge = interactions.payments.accounts[request.text("telegram_payment_charge_id")]
        guard let charge, charge.person == request.personID, let id = charge.subscription,
            let subscription = interactions.payments.accounts.subscriptions[id], let person = request.person
        else { throw .badRequest("the user has no such subscription") }
        let isCanceled = request.name == "cancelsubscription"
        guard isCanceled != subscription.isCanceledByUser, isCanceled || !subscription.isCanceledByBot else {
            throw .badRequest("the subscription can't be \(isCanceled ? "canceled" : "restored")")
        }
        interactions.payments.accounts.subscriptions[id]?.isCanceledByUser = isCanceled
        let change: JSON = [
            "user": person, "invoice_payload": JSON(subscription.invoice.payload),
            "state": isCanceled ? "canceled" : "active",
        ]
        onUpdate("subscription", change)
        return change
    }

    /// Charges the users whose subscriptions have reached the end of a period.
    func renewSubscriptions() {
        var ended = interactions.payments.accounts.renewals.takeEnded(at: now())
        while !ended.isEmpty {
            ended.forEach(renew)
            // The time may have advanced by several periods.
            ended = interactions.payments.accounts.renewals.takeEnded(at: now())
        }
    }

    private func renew(_ first: String) {
        guard var subscription = interactions.payments.accounts.subscriptions[first],
            !subscription.isCanceledByUser, !subscription.isCanceledByBot,
            let period = subscription.invoice.subscriptionPeriod, let chat = chats[subscription.chat]
        else { return }
        subscription.expires += period
        interactions.payments.accounts.subscriptions[first] = subscription
        interactions.payments.accounts.renewals.set(first, at: subscription.expires)
        let invoice = subscription.invoice
        charge(
            invoice.terms, for: invoice, subscription.person, in: chat,
            as: interactions.payments.accounts.nextID(), after: first)
    }
}

extension Invoice {
    fileprivate var terms: JSON {
        [
            "currency": JSON(currency), "total_amount": JSON(amount), "invoice_payload": JSON(payload),
        ]
    }
}

extension Request {
    /// What a user does without a request of its own.
    init(of person: JSON) { self.init(name: "", arguments: Arguments([:]), files: [], person: person) }
}
