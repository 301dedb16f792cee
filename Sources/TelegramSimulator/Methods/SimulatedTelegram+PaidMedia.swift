import BotAPI
import JSON

/// Photos and videos that users pay for.
extension SimulatedTelegram {
    func sendPaidMedia(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        guard let stars = request.arguments.integer("star_count"), 1...25_000 ~= stars else {
            throw .badRequest("EXTENDED_MEDIA_AMOUNT_INVALID")
        }
        _ = try request.arguments.required("media")
        guard let media = request.arguments.structure("media"), media.isArray else {
            throw .badRequest("expected an Array of InputPaidMedia")
        }
        guard 1...10 ~= media.count else { throw .badRequest("wrong number of paid media specified") }
        let payload = request.text("payload")
        guard payload.utf8.count <= 128 else { throw .badRequest("payload is too long") }
        var paid: [JSON] = []
        for item in media.elements {
            let arguments = Arguments(item)
            let kind = arguments.text("type")
            guard ["photo", "video", "live_photo"].contains(kind) else {
                throw .badRequest("can't parse InputPaidMedia: type \"\(kind)\" is unsupported")
            }
            let file = kind == "live_photo" ? "video" : kind
            let object = try files.object(file, arguments, parameter: "media", request.files)
            paid.append(["type": JSON(kind), kind: object])
        }
        var content: JSON = ["paid_media": ["star_count": JSON(stars), "paid_media": JSON(paid)]]
        try addCaption(of: request.arguments, to: &content)
        let message = try post(content, by: request, to: chat)
        if let place = Self.place(of: message) {
            interactions.payments.media[place] = SimulatedPayments.PaidMedia(stars: stars, payload: payload)
        }
        return message
    }

    /// Buys the paid media with this `message_id` (default: the newest). Returns the `PaidMediaPurchased`. The bot learns
    /// of it if the media has a payload, and isn't in a channel.
    func buyPaidMedia(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        guard let message = try message(with: "paid_media", for: request) else {
            throw .badRequest("there is no paid media to buy")
        }
        return try (sender(of: message, in: chat) ?? self).sell(message, in: chat, request)
    }

    private func sell(
        _ message: JSON, in chat: SimulatedChat, _ request: Request
    ) throws(BotAPIError) -> JSON {
        guard let person = request.person, let id = request.personID else { throw .methodNotFound }
        guard let place = Self.place(of: message), let media = interactions.payments.media[place] else {
            throw .badRequest("there is no paid media to buy")
        }
        guard !interactions.payments.isPaid(place, by: id) else {
            throw .badRequest("the media is already paid")
        }
        interactions.payments.markPaid(place, by: id)
        let purchase: JSON = ["from": person, "paid_media_payload": JSON(media.payload)]
        // A channel keeps the Stars itself.
        guard !chat.isChannel else { return purchase }
        var partner: JSON = ["type": "user", "transaction_type": "paid_media_payment", "user": person]
        message["paid_media"]?["paid_media"].map { partner.set("paid_media", $0) }
        if !media.payload.isEmpty { partner.set("paid_media_payload", JSON(media.payload)) }
        let chargeID = interactions.payments.accounts.nextID()
        let payment: JSON = [
            "currency": JSON(Invoice.stars), "total_amount": JSON(media.stars),
            "invoice_payload": JSON(media.payload), "telegram_payment_charge_id": JSON(chargeID),
        ]
        interactions.payments.accounts.add(
            StarAccount.Charge(person: id, payment: payment, partner: partner, subscription: nil),
            id: chargeID, at: now())
        if !media.payload.isEmpty { onUpdate("purchased_paid_media", purchase) }
        return purchase
    }
}
