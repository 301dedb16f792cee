import BotAPI
import JSON

/// Edits messages.
extension SimulatedTelegram {
    func editMessageText(_ request: Request) throws(BotAPIError) -> JSON {
        let isRich = !request.text("rich_message").isEmpty
        let content = isRich ? ["rich_message": try richMessage(of: request)] : try text(of: request)
        return try edit(request, needing: isRich ? nil : "text") { message in
            for key in ["text", "entities", "link_preview_options", "rich_message"] { message.remove(key) }
            message.merge(content)
        }
    }

    func editMessageCaption(_ request: Request) throws(BotAPIError) -> JSON {
        var content: JSON = [:]
        try FormattedText(request.arguments, .caption, user: chats.person).put(into: &content, .caption)
        return try edit(request, needing: "caption") { message in
            for key in ["caption", "caption_entities"] { message.remove(key) }
            message.merge(content)
        }
    }

    func editMessageMedia(_ request: Request) throws(BotAPIError) -> JSON {
        guard let media = request.arguments.structure("media"), media.isObject else {
            throw .badRequest(
                request.text("media").isEmpty
                    ? "input media is not specified" : "can't parse input media JSON object")
        }
        let arguments = Arguments(media)
        let kind = arguments.text("type")
        guard ["photo", "video", "animation", "audio", "document"].contains(kind) else {
            throw .badRequest("type of file to send mismatch")
        }
        let content = try self.media(kind, arguments, parameter: "media", request.files)
        return try edit(request) { message in
            for key in ["photo", "video", "animation", "audio", "document", "caption", "caption_entities"] {
                message.remove(key)
            }
            message.merge(content)
        }
    }

    func editMessageReplyMarkup(_ request: Request) throws(BotAPIError) -> JSON {
        try edit(request) { _ in }
    }

    func editMessageLiveLocation(_ request: Request) throws(BotAPIError) -> JSON {
        guard let latitude = request.arguments.real("latitude"),
            let longitude = request.arguments.real("longitude")
        else { throw .badRequest("location is empty") }
        return try edit(request, needing: "location") { message in
            message.set("location", message["location"] ?? [:])
            message["location"]?.set("latitude", JSON(real: latitude))
            message["location"]?.set("longitude", JSON(real: longitude))
        }
    }

    func stopMessageLiveLocation(_ request: Request) throws(BotAPIError) -> JSON {
        try edit(request, needing: "location") { message in
            message["location"]?.remove("live_period")
        }
    }

    func editMessageChecklist(_ request: Request) throws(BotAPIError) -> JSON {
        try edit(request) { message in
            request.arguments.structure("checklist").map { message.set("checklist", $0) }
        }
    }

    // MARK: common steps

    private static let notModified =
        "message is not modified: specified new message content and reply markup are exactly the same as a current "
        + "content and reply markup of the message"

    /// Edits a message of the bot or the user who acts, and reports it to the other side.
    ///
    /// - Parameters:
    ///   - part: the key that the message must have. For `caption`, a message with a file is enough.
    ///   - change: receives the message without its keyboard.
    /// - Returns: the `Message`; `true` for a message that was sent via an inline query.
    func edit(
        _ request: Request, needing part: String? = nil, _ change: (inout JSON) -> Void
    ) throws(BotAPIError) -> JSON {
        let markup = try ReplyMarkup(request.arguments)
        let inlineID = request.text("inline_message_id")
        let id = request.arguments.integer("message_id") ?? 0
        if request.isFromBot, request.text("chat_id").isEmpty, id == 0 {
            guard !inlineID.isEmpty else { throw .badRequest("message identifier is not specified") }
            return try editInline(inlineID, markup, needing: part, change)
        }
        let chat = try chat(of: request)
        guard id > 0 else { throw .badRequest("message identifier is not specified") }
        var message = try message(id, in: chat, toEditBy: request, needing: part)
        try apply(change, markup, to: &message.value, isNew: message.isNew)
        chat.messages.put(message.value)
        if request.isFromBot {
            onAction(.edited(message.value))
        } else {
            tellBots(of: message.value, in: chat, isEdited: true)
        }
        return message.value
    }

    /// The message to edit. In lenient mode, an unknown message is made up.
    private func message(
        _ id: Int64, in chat: SimulatedChat, toEditBy request: Request, needing part: String?
    ) throws(BotAPIError) -> (value: JSON, isNew: Bool) {
        let known = chat.messages[id]
        let isOwn = known.map { belongs($0, to: request, in: chat) } ?? false
        // The ids in a log come from the recorded bot: this bot's message may have the id of another sender's message
        // there.
        guard let message = known, isOwn || strictness == .strict else {
            guard strictness == .lenient else { throw .badRequest("message to edit not found") }
            var made: JSON = ["message_id": JSON(id)]
            made.set(
                chat.isChannel ? "sender_chat" : "from", chat.isChannel ? chat.json : request.person ?? bot)
            made.set("chat", chat.json)
            made.set("date", JSON(now()))
            if let thread = request.arguments.integer("message_thread_id") {
                made.set("message_thread_id", JSON(thread))
                made.set("is_topic_message", true)
            }
            if let connection = request.arguments.json["business_connection_id"] {
                made.set("business_connection_id", connection)
            }
            return (made, true)
        }
        guard isOwn else { throw .badRequest("message can't be edited") }
        guard request.isFromBot || !isOld(message) else { throw .badRequest("MESSAGE_EDIT_TIME_EXPIRED") }
        try check(message, has: part)
        return (message, false)
    }

    private func belongs(_ message: JSON, to request: Request, in chat: SimulatedChat) -> Bool {
        if chat.isChannel { return true }
        if message["via_bot"] != nil, request.isFromBot { return false }
        guard let author = message["from"] else { return true }
        if let person = request.personID { return author["id"]?.integer == person }
        // A log may come from another bot, so a message of any bot counts as this bot's.
        return strictness == .lenient ? author["is_bot"]?.bool != false : author["id"]?.integer == botID
    }

    private func check(_ message: JSON, has part: String?) throws(BotAPIError) {
        guard let part, message[part] == nil else { return }
        let hasFile = ["photo", "video", "animation", "audio", "document", "voice"].contains {
            message[$0] != nil
        }
        switch part {
        case "caption" where hasFile: return
        case "text", "caption":
            // A log may contain messages of kinds that are unknown here.
            guard strictness == .strict || hasFile || message["text"] != nil else { return }
            throw .badRequest("there is no \(part) in the message to edit")
        default: throw .badRequest("message can't be edited")
        }
    }

    /// - Parameter isNew: whether the message was just made up, so that its former content is unknown.
    private func apply(
        _ change: (inout JSON) -> Void, _ markup: ReplyMarkup?, to message: inout JSON, isNew: Bool = false
    ) throws(BotAPIError) {
        let before = message
        message.remove("reply_markup")
        change(&message)
        markup?.inlineKeyboard.map { message.set("reply_markup", $0) }
        guard isNew || message != before else { throw .badRequest(Self.notModified) }
        message.set("edit_date", JSON(now()))
    }

    private func editInline(
        _ id: String, _ markup: ReplyMarkup?, needing part: String?, _ change: (inout JSON) -> Void
    ) throws(BotAPIError) -> JSON {
        guard let place = interactions.inline.messages[id], let chat = chats[place.chat],
            var message = chat.messages[place.message]
        else {
            guard strictness == .lenient else { throw .badRequest("MESSAGE_ID_INVALID") }
            return true
        }
        try check(message, has: part)
        try apply(change, markup, to: &message)
        chat.messages.put(message)
        onAction(.edited(message))
        return true
    }
}
