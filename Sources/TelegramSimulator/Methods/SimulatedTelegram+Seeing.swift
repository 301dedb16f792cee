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
        let text = message["text"]?.string ?? message["caption"]?.string ?? ""
        let name = "@\(bot["username"]?.string ?? "")".lowercased()
        if text.lowercased().contains(name), name != "@" { return true }
        guard text.hasPrefix("/") else { return false }
        let isForAny = !(text.split(whereSeparator: \.isWhitespace).first ?? "").contains("@")
        return isForAny && isNewestBot(in: chat)
    }

    /// Whether a command that names no bot is for this one: it goes to the bot that wrote last, or to all if none did.
    private func isNewestBot(in chat: SimulatedChat) -> Bool {
        let ids = Set(bots(in: chat).map(\.botID))
        guard ids.count > 1 else { return true }
        let newest = chat.messages.last { $0["from"]?["id"]?.integer.map(ids.contains) ?? false }
        return newest.map { $0["from"]?["id"]?.integer == botID } ?? true
    }

    /// Whether the bot receives updates about a chat's members and their reactions.
    func watchesMembers(of chat: SimulatedChat) -> Bool {
        chat.isPrivate || chat.isInferred || chat.isAdministrator(botID)
    }
}
