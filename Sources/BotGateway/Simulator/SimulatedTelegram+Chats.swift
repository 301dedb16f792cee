import JSON

/// A chat's title, picture, and so on.
extension SimulatedTelegram {
    /// A `ChatFullInfo`.
    func getChat(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try chat(of: deed, writing: false)
        let info = chat.json.copy
        for (key, value): (String, JSON) in [
            ("accent_color_id", 0), ("max_reaction_count", 11),
            (
                "accepted_gift_types",
                [
                    "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true,
                    "premium_subscription": true, "gifts_from_channels": true,
                ]
            ),
        ] { info.set(key, value) }
        if !chat.isPrivate, !chat.isChannel, chat.details?["permissions"] == nil {
            let permissions: JSON = [:]
            for permission in Self.permissions { permissions.set(permission, true) }
            info.set("permissions", permissions)
        }
        chat.details.map { info.merge($0) }
        if let message = chat.pinned.last.flatMap({ chat.messages[$0] }) {
            info.set("pinned_message", message)
        }
        return info
    }

    private func group(_ deed: Deed, to purpose: String) throws(BotAPIError) -> SimulatedChat {
        let chat = try chat(of: deed)
        guard !chat.isPrivate else { throw .badRequest("can't change private chat's info") }
        try checkRights(to: purpose, in: chat, as: deed)
        return chat
    }

    private func showChange(_ deed: Deed, _ method: String) {
        if deed.isBots { onSight(.other(method: method, deed.arguments.json)) }
    }

    func setChatTitle(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try group(deed, to: "change chat title")
        let title = deed.text("title")
        guard !title.isEmpty, !title.allSatisfy(\.isWhitespace) else {
            throw .badRequest("title must be non-empty")
        }
        guard chat.json["title"]?.string != title else { throw .badRequest("chat title is not modified") }
        chat.set("title", JSON(String(title.prefix(128))))
        announce(["new_chat_title": JSON(title)], in: chat, by: deed)
        showChange(deed, "setChatTitle")
        return true
    }

    func setChatDescription(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try group(deed, to: "set chat description")
        let text = deed.text("description")
        guard chat.details?["description"]?.string ?? "" != text || chat.isHearsay else {
            throw .badRequest("chat description is not modified")
        }
        chat.setDetail("description", text.isEmpty ? Optional.none : JSON(text))
        showChange(deed, "setChatDescription")
        return true
    }

    func setChatPhoto(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try group(deed, to: "change chat photo")
        let photo = try files.object("photo", deed.arguments, parameter: "photo", deed.files)
        let id = photo[0]?["file_id"] ?? ""
        let unique = photo[0]?["file_unique_id"] ?? ""
        chat.setDetail(
            "photo",
            [
                "small_file_id": id, "small_file_unique_id": unique, "big_file_id": id,
                "big_file_unique_id": unique,
            ])
        announce(["new_chat_photo": photo], in: chat, by: deed)
        showChange(deed, "setChatPhoto")
        return true
    }

    func deleteChatPhoto(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try group(deed, to: "change chat photo")
        guard chat.details?["photo"] != nil || chat.isHearsay else { throw .badRequest("CHAT_NOT_MODIFIED") }
        chat.setDetail("photo", Optional.none)
        announce(["delete_chat_photo": true], in: chat, by: deed)
        showChange(deed, "deleteChatPhoto")
        return true
    }

    func setChatPermissions(_ deed: Deed) throws(BotAPIError) -> JSON {
        guard let permissions = deed.arguments.structure("permissions"), permissions.isObject else {
            throw .badRequest("can't parse permissions JSON object")
        }
        let chat = try group(deed, to: "change chat permissions")
        chat.setDetail("permissions", permissions)
        showChange(deed, "setChatPermissions")
        return true
    }

    func leaveChat(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try chat(of: deed, writing: false)
        guard !chat.isPrivate else { throw .badRequest("private chats can't be left") }
        let user = deed.person ?? bot
        guard chat.isHearsay || chat.isMember(deed.personID ?? botID) else {
            throw .badRequest("USER_NOT_PARTICIPANT")
        }
        if !deed.isBots, !chat.isChannel { announce(["left_chat_member": user], in: chat, by: deed) }
        change(user, in: chat, to: "left", by: deed)
        showChange(deed, "leaveChat")
        return true
    }
}
