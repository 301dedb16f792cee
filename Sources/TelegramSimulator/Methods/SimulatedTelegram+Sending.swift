import BotAPI
import JSON

extension SimulatedTelegram {
    /// The chat that a request is for. When writing to a group, a user who isn't a member joins it.
    ///
    /// - Parameter writing: whether the request changes the chat, which requires more rights than reading.
    func chat(of request: Request, writing: Bool = true) throws(BotAPIError) -> SimulatedChat {
        guard let person = request.person, let id = request.personID else {
            let chat: SimulatedChat
            if let number = request.arguments.json["chat_id"]?.integer, let known = chats[number] {
                chat = known
            } else if let answered = try ephemeralChat(of: request) {
                chat = answered
            } else {
                chat = try chats.chat(request.text("chat_id"))
            }
            guard strictness == .lenient || request.text("business_connection_id").isEmpty else {
                throw .badRequest("business connection not found")
            }
            try checkAccess(to: chat, writing: writing)
            return chat
        }
        let named = request.text("chat_id")
        if named.isEmpty || named == String(id) || isNamed(named) {
            let chat = chats.privateChat(with: person, id: id)
            guard !chat.isBlocked else { throw .badRequest("YOU_BLOCKED_USER") }
            return chat
        }
        let chat = try chats.chat(named)
        guard !chat.isPrivate else { throw .badRequest("chat not found") }
        if writing { try admit(person, id, to: chat) }
        return chat
    }

    /// The chat of the callback query that an ephemeral message answers; nil if the request names a chat itself.
    private func ephemeralChat(of request: Request) throws(BotAPIError) -> SimulatedChat? {
        let query = request.arguments.structure("ephemeral_message_parameters")?["callback_query_id"]?.string
        guard let query, request.text("chat_id").isEmpty else { return nil }
        if let origin = interactions.callbacks.origin(of: query) {
            return try chats.chat(String(origin.chat ?? origin.person))
        }
        // A log may not have the query, but it has the chat.
        if strictness == .lenient, let chat = chats.all.max(by: { $0.id < $1.id }) { return chat }
        throw .badRequest("query is too old and response timeout expired or query ID is invalid")
    }

    private func checkAccess(to chat: SimulatedChat, writing: Bool) throws(BotAPIError) {
        if chat.isPrivate {
            guard !chat.isBlocked || !writing else { throw .forbidden("bot was blocked by the user") }
            return
        }
        guard !chat.isInferred || chat.members[botID] != nil else { return }
        switch chat.status(of: botID) {
        case "kicked": throw .forbidden("bot was kicked from the \(chat.kind) chat")
        case "left": throw .forbidden("bot is not a member of the \(chat.kind) chat")
        case "restricted" where writing && chat.members[botID]?.rights?["can_send_messages"]?.bool == false:
            throw .badRequest("not enough rights to send text messages to the chat")
        case "member" where chat.isChannel && writing:
            throw .badRequest("need administrator rights in the channel chat")
        default: break
        }
    }

    private func admit(_ person: JSON, _ id: Int64, to chat: SimulatedChat) throws(BotAPIError) {
        guard !chat.isInferred || chat.members[id] != nil else { return }
        switch chat.status(of: id) {
        case "kicked": throw .badRequest("USER_BANNED_IN_CHANNEL")
        case "restricted" where chat.members[id]?.rights?["can_send_messages"]?.bool == false:
            throw .badRequest("not enough rights to send text messages to the chat")
        case "left", "member":
            guard !chat.isDirectMessages else { return }
            guard !chat.isChannel else { throw .badRequest("need administrator rights in the channel chat") }
            if !chat.isMember(id) { enter(person, into: chat) }
        default: break
        }
    }

    // MARK: new messages

    /// Creates a `Message`, stores it, and delivers it to the other side.
    ///
    /// - Parameters:
    ///   - content: the message's content, such as `{"text":"x"}`.
    ///   - request: provides the topic, the replied message, and the keyboard.
    func post(_ content: JSON, by request: Request, to chat: SimulatedChat) throws(BotAPIError) -> JSON {
        guard !chat.isChannel || has("can_post_messages", request.personID ?? botID, in: chat) else {
            throw .badRequest("need administrator rights in the channel chat")
        }
        let (markup, original, thread) = try place(of: request, in: chat)
        let topic = try directMessagesTopic(of: request, in: chat, inReplyTo: original)
        var message = start(in: chat, by: request, thread: thread)
        topic.map { message.set("direct_messages_topic", $0) }
        // An administrator of the channel writes in its name.
        if chat.isDirectMessages, let id = request.personID, chat.isAdministrator(id) {
            chat.details?["parent_chat"].map { message.set("sender_chat", $0) }
        }
        if let connection = request.arguments.json["business_connection_id"] {
            message.set("business_connection_id", connection)
        }
        if let original {
            message.set("reply_to_message", original)
            quote(in: request).map { message.set("quote", $0) }
        }
        for (key, value) in content.members { message.set(key, value) }
        if request.arguments.flag("protect_content") { message.set("has_protected_content", true) }
        markup?.inlineKeyboard.map { message.set("reply_markup", $0) }
        if request.isFromBot { keep(markup, in: chat) }
        deliver(message, in: chat, by: request, markup: markup?.chatMarkup)
        return message
    }

    /// Counts a message that nothing can refer to, instead of creating it: it uses up an id and may change the
    /// keyboard.
    func count(_ request: Request, in chat: SimulatedChat) throws(BotAPIError) {
        let (markup, _, _) = try place(of: request, in: chat)
        _ = chat.nextMessageID()
        keep(markup, in: chat)
    }

    private func place(
        of request: Request, in chat: SimulatedChat
    ) throws(BotAPIError) -> (markup: ReplyMarkup?, original: JSON?, thread: Int64?) {
        let markup = try ReplyMarkup(request.arguments)
        let original = try repliedMessage(request, in: chat)
        let thread = try thread(of: request, in: chat) ?? original?["message_thread_id"]?.integer
        return (markup, original, thread)
    }

    /// The keys that all messages have: id, sender, chat, date, and topic.
    func start(in chat: SimulatedChat, by request: Request, thread: Int64? = nil) -> JSON {
        var message: JSON = ["message_id": JSON(chat.nextMessageID())]
        if chat.isChannel {
            message.set("sender_chat", chat.json)
        } else {
            message.set("from", request.person ?? bot)
        }
        message.set("chat", chat.json)
        message.set("date", JSON(now()))
        if let thread {
            message.set("message_thread_id", JSON(thread))
            message.set("is_topic_message", true)
        }
        return message
    }

    /// Stores a new message, and delivers it to the other side.
    func deliver(_ message: JSON, in chat: SimulatedChat, by request: Request, markup: JSON? = nil) {
        chat.messages.put(message, from: request.isFromBot ? botID : nil)
        guard request.isFromBot else { return tellBots(of: message, in: chat) }
        interactions.drafts.end(in: chat.id)
        onAction(.message(message, markup: markup))
    }

    /// Adds a service message to a chat. A bot also receives those that it caused itself, but none of other bots.
    @discardableResult
    func announce(_ content: JSON, in chat: SimulatedChat, by request: Request, thread: Int64? = nil) -> JSON
    {
        var message = start(in: chat, by: request, thread: thread)
        message.merge(content)
        chat.messages.put(message)
        for bot in bots(in: chat) where !request.isFromBot || bot === self {
            bot.onUpdate(chat.isChannel ? "channel_post" : "message", message)
        }
        return message
    }

    private func thread(of request: Request, in chat: SimulatedChat) throws(BotAPIError) -> Int64? {
        guard let thread = request.arguments.integer("message_thread_id") else { return nil }
        guard strictness == .strict || chat.topics[thread]?.isClosed == true else { return thread }
        if thread == 0 { return nil }
        guard let topic = chat.topics[thread], thread != 1 else {
            throw .badRequest("message thread not found")
        }
        guard !topic.isClosed || has("can_manage_topics", request.personID ?? botID, in: chat) else {
            throw .badRequest("TOPIC_CLOSED")
        }
        return thread
    }

    private func repliedMessage(_ request: Request, in chat: SimulatedChat) throws(BotAPIError) -> JSON? {
        let parameters = request.arguments.structure("reply_parameters").map(Arguments.init)
        let number = parameters?.integer("message_id") ?? request.arguments.integer("reply_to_message_id")
        guard let number else {
            guard parameters?.json.count ?? 0 == 0 else {
                throw .badRequest("can't find field \"message_id\"")
            }
            return nil
        }
        // A message in another chat isn't included.
        if let place = parameters?.text("chat_id"), !place.isEmpty, place != String(chat.id) {
            return nil
        }
        guard var original = chat.messages[number] else {
            let isOptional =
                parameters?.flag("allow_sending_without_reply")
                ?? request.arguments.flag("allow_sending_without_reply")
            guard strictness == .lenient || isOptional else {
                throw .badRequest("message to be replied not found")
            }
            return nil
        }
        original.remove("reply_to_message")
        return original
    }

    private func quote(in request: Request) -> JSON? {
        guard let parameters = request.arguments.structure("reply_parameters").map(Arguments.init),
            parameters.has("quote")
        else { return nil }
        return [
            "text": JSON(parameters.text("quote")),
            "position": JSON(parameters.integer("quote_position") ?? 0),
            "is_manual": true,
        ]
    }

    /// Reply keyboards belong to the chat, not to a message.
    private func keep(_ markup: ReplyMarkup?, in chat: SimulatedChat) {
        switch markup {
        case .keyboard(let keyboard): chat.keyboard = keyboard
        case .remove, .forceReply: chat.keyboard = nil
        case .inline, nil: break
        }
    }
}
