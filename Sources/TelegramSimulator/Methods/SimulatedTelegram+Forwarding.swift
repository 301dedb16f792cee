import BotAPI
import JSON

/// Forwards and copies messages.
extension SimulatedTelegram {
    /// The keys of a message that aren't part of its content.
    private static let head: Set<String> = [
        "message_id", "from", "sender_chat", "chat", "date", "edit_date", "message_thread_id",
        "is_topic_message", "direct_messages_topic",
        "reply_to_message", "reply_markup", "media_group_id", "via_bot", "forward_origin", "quote",
        "business_connection_id", "has_protected_content", "author_signature",
    ]

    func forwardMessage(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        guard let original = try original(request.arguments.integer("message_id"), of: request, "forward")
        else {
            return try post([:], by: request.withoutReply, to: chat)
        }
        guard original["has_protected_content"]?.bool != true else {
            throw .badRequest("message can't be forwarded")
        }
        let message = try post(forwarded(original), by: request.withoutReply, to: chat)
        // A private chat belongs to one bot, which can't sell for another.
        if let seller = seller(of: original), seller === self || !chat.isPrivate,
            let invoice = Self.place(of: original).flatMap({ seller.interactions.payments.invoices[$0] })
        {
            seller.offer(invoice, in: message)
        }
        return message
    }

    func forwardMessages(_ request: Request) throws(BotAPIError) -> JSON {
        try several(request, forwardMessage)
    }

    func copyMessage(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let original = try original(request.arguments.integer("message_id"), of: request, "copy")
        guard original?["invoice"] == nil, original?["paid_media"] == nil else {
            throw .badRequest("message can't be copied")
        }
        var content = content(of: original ?? [:])
        if request.arguments.has("caption") {
            content.remove("caption")
            content.remove("caption_entities")
            try FormattedText(request.arguments, .caption, user: chats.person).put(into: &content, .caption)
        }
        return ["message_id": try post(content, by: request, to: chat)["message_id"] ?? .null]
    }

    func copyMessages(_ request: Request) throws(BotAPIError) -> JSON {
        try several(request, copyMessage)
    }

    private func several(
        _ request: Request, _ carryOut: (Request) throws(BotAPIError) -> JSON
    ) throws(BotAPIError) -> JSON {
        _ = try chat(of: request)
        let ids = request.arguments.structure("message_ids")?.elements ?? []
        guard strictness == .lenient || !ids.isEmpty else {
            throw .badRequest("message identifiers are not specified")
        }
        guard ids.count <= 100 else { throw .badRequest("too many message identifiers specified") }
        var results: JSON = []
        for id in ids {
            var parameters = request.arguments.json
            parameters.set("message_id", id)
            // Messages that can't be found are skipped.
            guard let result = try? carryOut(request.with(parameters)), let number = result["message_id"]
            else {
                continue
            }
            results.append(["message_id": number])
        }
        return results
    }

    /// The message to forward or copy; nil if it is unknown in lenient mode.
    private func original(_ id: Int64?, of request: Request, _ purpose: String) throws(BotAPIError) -> JSON? {
        let source = request.text("from_chat_id")
        if source.isEmpty, strictness == .lenient { return nil }
        let chat = try self.source(source, of: request)
        if let message = id.flatMap({ chat.messages[$0] }) { return message }
        guard strictness == .lenient else { throw .badRequest("message to \(purpose) not found") }
        return nil
    }

    /// The chat to forward from. For a user, a bot's name stands for the private chat with it, and none for `chat_id`.
    private func source(_ name: String, of request: Request) throws(BotAPIError) -> SimulatedChat {
        guard let person = request.personID else { return try chats.chat(name) }
        if name.isEmpty { return try chat(of: request) }
        guard let bot = bots.all.first(where: { $0.isNamed(name) }) else { return try chats.chat(name) }
        guard let chat = bot.chats[person] else { throw .badRequest("chat not found") }
        return chat
    }

    private func content(of message: JSON) -> JSON {
        var content: JSON = [:]
        for (key, value) in message.members where !Self.head.contains(key) { content.set(key, value) }
        return content
    }

    private func forwarded(_ message: JSON) -> JSON {
        var content: JSON = ["forward_origin": message["forward_origin"] ?? origin(of: message)]
        content.merge(self.content(of: message))
        if let invoice = message["invoice"] {
            let seller = seller(of: message)?.bot ?? bot
            content.set("reply_markup", Self.forwardedKeyboard(of: invoice, message["reply_markup"], seller))
        }
        return content
    }

    /// The keyboard of a forwarded invoice: its pay button, or with a `start_parameter` a link to the bot instead.
    private static func forwardedKeyboard(of invoice: JSON, _ markup: JSON?, _ bot: JSON) -> JSON {
        let words = markup?["inline_keyboard"]?.elements.first?.elements.first?["text"] ?? "Pay"
        var button: JSON = ["text": words]
        if let parameter = invoice["start_parameter"]?.string, !parameter.isEmpty {
            button.set("url", JSON("https://t.me/\(bot["username"]?.string ?? "")?start=\(parameter)"))
        } else {
            button.set("pay", true)
        }
        return ["inline_keyboard": [[button]]]
    }

    private func origin(of message: JSON) -> JSON {
        var origin: JSON = ["type": "user"]
        if let channel = message["sender_chat"] {
            origin.set("type", "channel")
            origin.set("chat", channel)
            message["message_id"].map { origin.set("message_id", $0) }
        } else {
            origin.set("sender_user", message["from"] ?? bot)
        }
        origin.set("date", message["date"] ?? JSON(now()))
        return origin
    }
}

extension Request {
    /// The request without a reply and a keyboard, because a forwarded message has neither.
    fileprivate var withoutReply: Request {
        var parameters: JSON = [:]
        for key in ["message_thread_id", "direct_messages_topic_id", "protect_content"] {
            arguments.json[key].map { parameters.set(key, $0) }
        }
        return with(parameters)
    }
}
