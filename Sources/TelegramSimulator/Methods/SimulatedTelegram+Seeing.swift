import JSON

/// Decides which messages of users the bot receives.
extension SimulatedTelegram {
    /// Sends the bot an update with a message, unless privacy mode or a block keeps it from the bot.
    ///
    /// - Parameter isEdited: whether the message existed before.
    func tellBot(of message: JSON, in chat: SimulatedChat, isEdited: Bool = false) {
        guard chat.isPrivate ? !chat.isBlocked : chat.isInferred || chat.isMember(botID) else { return }
        guard sees(message, in: chat) else { return onUnseen(message) }
        let kind = chat.isChannel ? "channel_post" : "message"
        onUpdate(isEdited ? "edited_\(kind)" : kind, message)
    }

    private func sees(_ message: JSON, in chat: SimulatedChat) -> Bool {
        if chat.isPrivate || chat.isChannel || chat.isDirectMessages || seesAllGroupMessages
            || chat.isAdministrator(botID)
        {
            return true
        }
        if message["reply_to_message"]?["from"]?["id"]?.integer == botID { return true }
        if message["via_bot"]?["id"]?.integer == botID { return true }
        let text = message["text"]?.string ?? message["caption"]?.string ?? ""
        let name = "@\(bot["username"]?.string ?? "")".lowercased()
        if text.lowercased().contains(name), name != "@" { return true }
        return text.hasPrefix("/") && !(text.split(whereSeparator: \.isWhitespace).first ?? "").contains("@")
    }

    /// Whether the bot receives updates about a chat's members and their reactions.
    func watchesMembers(of chat: SimulatedChat) -> Bool {
        chat.isPrivate || chat.isInferred || chat.isAdministrator(botID)
    }
}
