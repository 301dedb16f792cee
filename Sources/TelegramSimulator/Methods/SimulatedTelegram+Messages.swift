import BotAPI
import JSON

/// Deletes, pins, and reacts to messages.
extension SimulatedTelegram {
    func deleteMessage(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        guard let id = request.arguments.integer("message_id"), id > 0 else {
            throw .badRequest("message identifier is not specified")
        }
        try delete(id, in: chat, by: request)
        remove([id], from: chat, by: request)
        return true
    }

    /// Messages that can't be found or deleted are skipped.
    func deleteMessages(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let ids = request.arguments.structure("message_ids")?.elements.compactMap(\.integer) ?? []
        guard !ids.isEmpty else { throw .badRequest("message identifiers are not specified") }
        guard ids.count <= 100 else { throw .badRequest("too many message identifiers specified") }
        let deleted = ids.filter { id in (try? delete(id, in: chat, by: request)) != nil }
        if !deleted.isEmpty { remove(deleted, from: chat, by: request) }
        return true
    }

    private func delete(_ id: Int64, in chat: SimulatedChat, by request: Request) throws(BotAPIError) {
        guard let message = chat.messages[id] else {
            guard strictness == .lenient else { throw .badRequest("message to delete not found") }
            return
        }
        guard !request.isFromBot || !isOld(message) else {
            let isShared = chat.type == "supergroup" || chat.isChannel
            throw .badRequest("message can't be deleted\(isShared ? "" : " for everyone")")
        }
        let person = request.personID ?? botID
        guard has("can_delete_messages", person, in: chat) || author(of: message) == person else {
            throw .badRequest("message can't be deleted")
        }
    }

    private func remove(_ ids: [Int64], from chat: SimulatedChat, by request: Request) {
        for id in ids {
            chat.messages.remove(id)
            chat.reactions[id] = nil
        }
        chat.pinned.removeAll { ids.contains($0) }
        if request.isFromBot { onAction(.deleted(chat: chat.id, messages: ids)) }
    }

    func author(of message: JSON) -> Int64? { message["from"]?["id"]?.integer }

    /// Whether a user has an administrator's right, such as `can_pin_messages`. This is assumed if the user's status is
    /// unknown.
    func has(_ right: String, _ person: Int64, in chat: SimulatedChat) -> Bool {
        if chat.isPrivate || chat.isInferred && chat.members[person] == nil { return true }
        guard chat.isAdministrator(person) else { return false }
        return chat.status(of: person) == "creator" || chat.members[person]?.rights?[right]?.bool == true
    }

    /// - Parameter purpose: the action that requires the right, such as `manage pinned messages in the chat`.
    func checkRights(
        to purpose: String, _ right: String, in chat: SimulatedChat, as request: Request
    ) throws(BotAPIError) {
        guard has(right, request.personID ?? botID, in: chat) else {
            throw .badRequest("not enough rights to \(purpose)")
        }
    }

    func checkMayPin(in chat: SimulatedChat, as request: Request) throws(BotAPIError) {
        let right = chat.isChannel ? "can_edit_messages" : "can_pin_messages"
        try checkRights(to: "manage pinned messages in the chat", right, in: chat, as: request)
    }

    // MARK: pinned messages

    func pinChatMessage(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        try checkMayPin(in: chat, as: request)
        guard let id = request.arguments.integer("message_id"), id > 0 else {
            throw .badRequest("message identifier is not specified")
        }
        let known = chat.messages[id]
        guard known != nil || strictness == .lenient else { throw .badRequest("message to pin not found") }
        var message = known ?? ["message_id": JSON(id), "chat": chat.json, "date": 0]
        chat.pinned.removeAll { $0 == id }
        chat.pinned.append(id)
        message.remove("reply_to_message")
        if request.isFromBot { onAction(.pinned(message)) }
        announce(["pinned_message": message], in: chat, by: request)
        return true
    }

    func unpinChatMessage(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        try checkMayPin(in: chat, as: request)
        guard let id = request.arguments.integer("message_id") ?? chat.pinned.last, chat.pinned.contains(id)
        else {
            guard strictness == .lenient else { throw .badRequest("message to unpin not found") }
            return true
        }
        chat.pinned.removeAll { $0 == id }
        if request.isFromBot { onAction(.other(method: "unpinChatMessage", request.arguments.json)) }
        return true
    }

    func unpinAllChatMessages(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        try checkMayPin(in: chat, as: request)
        chat.pinned = []
        if request.isFromBot { onAction(.other(method: "unpinAllChatMessages", request.arguments.json)) }
        return true
    }

    // MARK: reactions

    func setMessageReaction(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        guard let id = request.arguments.integer("message_id"), id > 0 else {
            throw .badRequest("message identifier is not specified")
        }
        let reaction = try reaction(request)
        guard chat.messages.contains(id) || strictness == .lenient else {
            throw .badRequest("message to react not found")
        }
        let person = request.personID ?? botID
        let before = chat.reactions[id]?[person] ?? []
        if chat.reactions.count > 20_000 {
            chat.reactions = chat.reactions.filter { chat.messages.contains($0.key) }
        }
        chat.reactions[id, default: [:]][person] = reaction.count == 0 ? nil : reaction
        var change: JSON = ["chat": chat.json, "message_id": JSON(id)]
        guard let user = request.person else {
            change.set("reaction", reaction)
            onAction(.reaction(change))
            return true
        }
        change.merge(["user": user, "date": JSON(now()), "old_reaction": before, "new_reaction": reaction])
        for bot in bots(in: chat) where bot.watchesMembers(of: chat) {
            bot.onUpdate("message_reaction", change)
        }
        return true
    }

    private func reaction(_ request: Request) throws(BotAPIError) -> JSON {
        guard request.arguments.has("reaction") else { return [] }
        let value = request.arguments.json["reaction"]
        // Users may give an emoji instead of JSON.
        if let emoji = value?.string, !emoji.isEmpty, !emoji.hasPrefix("[") {
            return [["type": "emoji", "emoji": JSON(emoji)]]
        }
        guard let reaction = request.arguments.structure("reaction"), reaction.isArray else {
            throw .badRequest("can't parse reaction types JSON object")
        }
        guard reaction.count <= 1 else { throw .badRequest("REACTIONS_TOO_MANY") }
        for one in reaction.elements {
            let emoji = String((one["emoji"]?.string ?? "").unicodeScalars.filter { $0 != "\u{FE0F}" })
            let isKnown = one["type"]?.string == "custom_emoji" || Self.reactions.contains(emoji)
            guard isKnown else { throw .badRequest("REACTION_INVALID") }
        }
        return reaction
    }

    /// The emoji that the Bot API accepts as a bot's reaction.
    private static let reactions = Set(
        """
        ❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 \
        👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
        """.split(separator: " ").map(String.init))
}
