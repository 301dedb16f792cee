import JSON

/// A Telegram in memory: answers a bot's calls as the Bot API would, and sends nothing anywhere.
///
/// The same calls in the same order, at the same times of its clock, give the same answers.
public final class SimulatedTelegram {
    /// A `User`: what getMe answers, and who messages are from.
    public let bot: JSON
    let now: () -> Int64
    private var chats = SimulatedChats()
    public var files = SimulatedFiles()

    public static let demoBot: JSON = [
        "id": 7, "is_bot": true, "first_name": "Demo", "username": "demo_bot",
    ]

    /// Whom the bot may write to.
    public enum Reach {
        /// Chats and messages that it names and that never appeared are made up: a log tells only a part.
        case anyone
        /// Only who has appeared; all else is `chat not found`, `message to edit not found`, and so on.
        case acquaintances
    }

    /// Called for each update that Telegram makes for the bot, with its kind, as in `message`, and its payload. Whoever
    /// delivers it gives it its id.
    public var onUpdate: (_ kind: String, _ payload: JSON) -> Void = { _, _ in }
    public var onSight: (Sight) -> Void = { _ in }
    /// Called once for each method that can't be simulated and got a plausible value for an answer, with what there is
    /// to say about it.
    public var onUnsimulated: (_ remark: String) -> Void = { _ in }
    let reach: Reach

    /// - Parameter now: Unix time in seconds, for the `date` of messages.
    public init(bot: JSON = demoBot, reach: Reach = .anyone, now: @escaping () -> Int64) {
        (self.bot, self.reach, self.now) = (bot, reach, now)
    }

    /// The same bot at the same time, and none of the chats.
    func another() -> SimulatedTelegram {
        let other = SimulatedTelegram(bot: bot, reach: reach, now: now)
        (other.onUpdate, other.onSight, other.onUnsimulated) = (onUpdate, onSight, onUnsimulated)
        return other
    }

    /// What somebody does in the app.
    ///
    /// - Parameters:
    ///   - action: in any case; a Bot API method's name where there is one for the same thing.
    ///   - parameters: as in the Bot API. Without a `chat_id` it happens in the private chat with the bot.
    ///   - person: a user's id.
    /// - Returns: what was made by it: a `Message`, a `User`, a `Chat`, a `ForumTopic`; else `true`.
    public func perform(
        _ action: String, _ parameters: JSON, as person: Int64, files: [ReceivedFile] = []
    ) -> Result<JSON, BotAPIError> {
        .failure(BotAPIError(code: 404, reason: "Not Found: method not found"))
    }

    /// Learns the chat of an update, so that answers carry it as Telegram sent it, and message ids go on
    /// from there.
    ///
    /// - Parameter payload: what an update has beside its id: a `Message`, a `CallbackQuery`, …
    public func noteUpdate(_ payload: JSON) {
        chats.note(payload)
    }

    /// What Telegram answers to a call. Methods that send or edit give the message; most others, and those
    /// it doesn't know, `true`.
    ///
    /// - Parameters:
    ///   - method: in any case.
    ///   - parameters: an object; numbers and objects may also come as strings.
    ///   - files: what was uploaded with it.
    public func answer(_ method: String, _ parameters: JSON, files: [ReceivedFile] = []) -> Result<
        JSON, BotAPIError
    > {
        Result { () throws(BotAPIError) in
            try result(of: method.lowercased(), Arguments(parameters), files)
        }
    }

    private func result(
        of method: String, _ arguments: Arguments, _ uploads: [ReceivedFile]
    ) throws(BotAPIError) -> JSON {
        if method == "getme" { return bot }
        if method == "getfile" { return try files.file(arguments) }
        switch ReturnType(of: method) {
        case .messageOrTrue:
            return try edited(method, arguments)
        case .message where method.hasPrefix("edit"):
            return try edited(method, arguments)
        case .message:
            if method == "sendmessage" { try checkText(arguments) }
            let chat = try chats.chat(for: arguments)
            let kind = SimulatedFiles.kind(of: method)
            let file = try kind.flatMap { kind throws(BotAPIError) in
                try files.object(kind, arguments.text(kind), parameter: kind, uploads)
            }
            let message = message(chats.nextMessageID(in: chat), in: chat, arguments)
            if let kind, let file { message.set(kind, file) }
            return message
        case .messages:
            return try album(arguments, uploads)
        case .messageID:
            let chat = try chats.chat(for: arguments)
            return ["message_id": JSON(chats.nextMessageID(in: chat))]
        case .messageIDs:
            let chat = try chats.chat(for: arguments)
            let originals = arguments.structure("message_ids")?.elements ?? []
            return JSON(originals.map { _ in ["message_id": JSON(chats.nextMessageID(in: chat))] })
        case .other, .alwaysTrue:
            return true
        }
    }

    private func checkText(_ arguments: Arguments) throws(BotAPIError) {
        let text = arguments.text("text")
        guard !text.isEmpty else { throw .badRequest("message text is empty") }
        guard !text.allSatisfy(\.isWhitespace) else { throw .badRequest("text must be non-empty") }
        // Markup counts only after parsing, which is left to Telegram.
        guard text.unicodeScalars.count <= 4096 || !arguments.text("parse_mode").isEmpty else {
            throw .badRequest("message is too long")
        }
    }

    // MARK: messages

    private func edited(_ method: String, _ arguments: Arguments) throws(BotAPIError) -> JSON {
        if method == "editmessagetext", arguments.structure("rich_message") == nil {
            try checkText(arguments)
        }
        let id = arguments.integer("message_id") ?? 0
        if arguments.text("chat_id").isEmpty, id == 0 {
            guard arguments.text("inline_message_id").isEmpty else { return true }
            throw .badRequest("message identifier is not specified")
        }
        let chat = try chats.chat(for: arguments)
        guard id > 0 else { throw .badRequest("message identifier is not specified") }
        let message = message(id, in: chat, arguments)
        message.set("edit_date", JSON(now()))
        return message
    }

    private func album(_ arguments: Arguments, _ uploads: [ReceivedFile]) throws(BotAPIError) -> JSON {
        guard let media = arguments.structure("media"), media.isArray else {
            throw .badRequest("expected an Array of InputMedia")
        }
        let chat = try chats.chat(for: arguments)
        var contents: [JSON?] = []
        for item in media.elements.map(Arguments.init) {
            contents.append(
                try files.object(item.text("type"), item.text("media"), parameter: "media", uploads))
        }
        let ids = media.elements.map { _ in chats.nextMessageID(in: chat) }
        let messages = zip(zip(media.elements, contents), ids).map { item, id in
            let (item, file) = item
            let message = message(id, in: chat, arguments)
            message.set("media_group_id", JSON(String(ids[0])))
            addContents(of: Arguments(item), to: message)
            if let file { message.set(Arguments(item).text("type"), file) }
            return message
        }
        return JSON(messages)
    }

    private func message(_ id: Int64, in chat: JSON, _ arguments: Arguments) -> JSON {
        let message: JSON = ["message_id": JSON(id)]
        if chat["type"]?.string == "channel" {
            message.set("sender_chat", chat)
        } else {
            message.set("from", bot)
        }
        message.set("chat", chat)
        message.set("date", JSON(now()))
        if let topic = arguments.integer("message_thread_id") {
            message.set("message_thread_id", JSON(topic))
            message.set("is_topic_message", true)
        }
        if let connection = arguments.json["business_connection_id"] {
            message.set("business_connection_id", connection)
        }
        addContents(of: arguments, to: message)
        // Other keyboards belong to the chat, not to the message.
        if let markup = arguments.structure("reply_markup"), markup["inline_keyboard"] != nil {
            message.set("reply_markup", markup)
        }
        return message
    }

    /// What a message has under the same name as a call.
    private func addContents(of arguments: Arguments, to message: JSON) {
        for (text, entities) in [("text", "entities"), ("caption", "caption_entities")]
        where arguments.json[text] != nil {
            message.set(text, JSON(arguments.text(text)))
            arguments.structure(entities).map { message.set(entities, $0) }
        }
    }
}
