import BotAPI
import JSON

/// A chat's title, picture, and so on.
extension SimulatedTelegram {
    /// A `ChatFullInfo`.
    func getChat(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        var info = chat.json
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
            var permissions: JSON = [:]
            for permission in Self.permissions { permissions.set(permission, true) }
            info.set("permissions", permissions)
        }
        chat.details.map { info.merge($0) }
        if chat.isPrivate { info.merge(account(of: chat.id)) }
        if let message = chat.pinned.last.flatMap({ chat.messages[$0] }) {
            info.set("pinned_message", message)
        }
        return info
    }

    private func group(
        _ request: Request, to purpose: String, _ right: String = "can_change_info"
    ) throws(BotAPIError) -> SimulatedChat {
        let chat = try chat(of: request)
        guard !chat.isPrivate else { throw .badRequest("can't change private chat's info") }
        try checkRights(to: purpose, right, in: chat, as: request)
        return chat
    }

    private func showChange(_ request: Request, _ method: String) {
        if request.isFromBot { onAction(.other(method: method, request.arguments.json)) }
    }

    func setChatTitle(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try group(request, to: "change chat title")
        let title = request.text("title")
        guard !title.isEmpty, !title.allSatisfy(\.isWhitespace) else {
            throw .badRequest("title must be non-empty")
        }
        guard chat.json["title"]?.string != title else { throw .badRequest("chat title is not modified") }
        chat.set("title", JSON(String(title.prefix(128))))
        announce(["new_chat_title": JSON(title)], in: chat, by: request)
        showChange(request, "setChatTitle")
        return true
    }

    func setChatDescription(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try group(request, to: "set chat description")
        let text = request.text("description")
        guard chat.details?["description"]?.string ?? "" != text || chat.isInferred else {
            throw .badRequest("chat description is not modified")
        }
        chat.setDetail("description", text.isEmpty ? nil : JSON(text))
        showChange(request, "setChatDescription")
        return true
    }

    func setChatPhoto(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try group(request, to: "change chat photo")
        let photo = try files.object("photo", request.arguments, parameter: "photo", request.files)
        chat.setDetail("photo", photo.chatPhoto)
        announce(["new_chat_photo": photo], in: chat, by: request)
        showChange(request, "setChatPhoto")
        return true
    }

    func deleteChatPhoto(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try group(request, to: "change chat photo")
        guard chat.details?["photo"] != nil || chat.isInferred else { throw .badRequest("CHAT_NOT_MODIFIED") }
        chat.setDetail("photo", nil)
        announce(["delete_chat_photo": true], in: chat, by: request)
        showChange(request, "deleteChatPhoto")
        return true
    }

    func setChatPermissions(_ request: Request) throws(BotAPIError) -> JSON {
        guard let permissions = request.arguments.structure("permissions"), permissions.isObject else {
            throw .badRequest("can't parse permissions JSON object")
        }
        let chat = try group(request, to: "change chat permissions", "can_restrict_members")
        chat.setDetail("permissions", permissions)
        showChange(request, "setChatPermissions")
        return true
    }

    func leaveChat(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        guard !chat.isPrivate else { throw .badRequest("private chats can't be left") }
        let user = request.person ?? bot
        guard chat.isInferred || chat.isMember(request.personID ?? botID) else {
            throw .badRequest("USER_NOT_PARTICIPANT")
        }
        if !chat.isChannel { announce(["left_chat_member": user], in: chat, by: request) }
        change(user, in: chat, to: "left", by: request)
        showChange(request, "leaveChat")
        return true
    }
}
