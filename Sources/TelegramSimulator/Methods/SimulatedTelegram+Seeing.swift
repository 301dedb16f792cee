import JSON

/// Decides which bots receive what users write and do.
extension SimulatedTelegram {
    /// The bots that receive updates about a chat, each with its own view. A private chat has one.
    func bots(in chat: SimulatedChat) -> [SimulatedTelegram] {
        guard !chat.isPrivate else { return [self] }
        return bots.all.filter { $0 === self && chat.isInferred || chat.isMember($0.botID) }
    }

    /// The bot that sent a message, or by which a user sent it; nil if it was none.
    func sender(of message: JSON, in chat: SimulatedChat) -> SimulatedTelegram? {
        guard !chat.isPrivate else { return self }
        let post = message["message_id"]?.integer.flatMap { chat.messages.botsOfPosts[$0] }
        let author = (message["via_bot"] ?? message["from"])?["id"]?.integer
        return (post ?? author).flatMap { bots[$0] }
    }

    /// Sends the bots of a chat an update with a message, unless privacy mode or a block keeps it from them.
    ///
    /// - Parameter isEdited: whether the message existed before.
    func tellBots(of message: JSON, in chat: SimulatedChat, isEdited: Bool = false) {
        guard !chat.isPrivate || !chat.isBlocked else { return }
        let kind = chat.isChannel ? "channel_post" : "message"
        for bot in bots(in: chat) {
            guard bot.sees(message, in: chat) else {
                bot.onUnseen(message)
                continue
            }
            bot.onUpdate(isEdited ? "edited_\(kind)" : kind, message)
        }
    }

    private func sees(_ message: JSON, in chat: SimulatedChat) -> Bool {
        if chat.isPrivate || chat.isChannel || chat.isDirectMessages || readsAllGroupMessages
            || chat.isAdministrator(botID)
        {
            return true
        }
        if message["reply_to_message"]?["from"]?["id"]?.integer == botID { return true }
        if message["via_bot"]?["id"]?.integer == botID { return true }
        if Self.mentions(in: message).contains(where: isNamed) { return true }
        let text = message["text"]?.string ?? message["caption"]?.string ?? ""
        guard text.hasPrefix("/") else { return false }
        let isForAny = !(text.split(whereSeparator: \.isWhitespace).first ?? "").contains("@")
        return isForAny && isNewestBot(in: chat)
    }

    /// The ids and `@names` of users and bots that a message mentions, also in commands such as `/start@demo_bot`.
    private static func mentions(in message: JSON) -> [String] {
        let text = (message["text"]?.string ?? message["caption"]?.string ?? "").utf16
        let entities = message["entities"] ?? message["caption_entities"]
        return (entities?.elements ?? []).compactMap { entity in
            if let id = entity["user"]?["id"]?.integer { return String(id) }
            guard ["mention", "bot_command"].contains(entity["type"]?.string ?? ""),
                let offset = entity["offset"]?.integer, let length = entity["length"]?.integer, offset >= 0,
                length > 0
            else { return nil }
            let words = String(Substring(text.dropFirst(Int(offset)).prefix(Int(length))))
            return words.firstIndex(of: "@").map { String(words[$0...]) }
        }
    }

    /// Whether a command that names no bot is for this one: it goes to the bot that wrote last, or to all if none did.
    private func isNewestBot(in chat: SimulatedChat) -> Bool {
        guard let newest = chat.messages.newestBot, newest != botID else { return true }
        return !chat.isMember(newest)
    }

    /// Whether the bot receives updates about a chat's members and their reactions.
    func watchesMembers(of chat: SimulatedChat) -> Bool {
        chat.isPrivate || chat.isInferred || chat.isAdministrator(botID)
    }
}
