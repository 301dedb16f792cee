import JSON

extension PlausibleValues {
    /// The user that a call names; else one that is made up.
    var user: JSON {
        ["id": JSON(id("user_id") ?? 42), "is_bot": false, "first_name": "Ada"]
    }

    var owner: JSON { ["status": "creator", "user": user, "is_anonymous": false] }

    /// The chat that a call names.
    private var chat: JSON {
        let name = arguments.text("chat_id")
        if name.hasPrefix("@") {
            let name = JSON(name.dropFirst())
            return ["id": -1_009_000_000_000, "title": name, "username": name, "type": "channel"]
        }
        guard let id = Int64(name), id < 0 else {
            return ["id": JSON(id("chat_id") ?? 42), "first_name": "Ada", "type": "private"]
        }
        return [
            "id": JSON(id), "title": "Group", "type": id > -1_000_000_000_000 ? "group" : "supergroup",
        ]
    }

    var chatFullInfo: JSON {
        let chat = chat
        chat.set("accent_color_id", 0)
        chat.set("max_reaction_count", 11)
        let kinds = [
            "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels",
        ]
        chat.set("accepted_gift_types", flags(kinds))
        return chat
    }

    var message: JSON {
        let id = arguments.integer("message_id") ?? 1
        let message: JSON = ["message_id": JSON(id), "from": bot, "chat": chat, "date": JSON(now)]
        for name in ["text", "caption"] where !arguments.text(name).isEmpty {
            message.set(name, JSON(arguments.text(name)))
        }
        return message
    }

    var album: JSON {
        JSON(
            list("media").indices.map { index in
                let message = message
                message.set("message_id", JSON(index + 1))
                message.set("media_group_id", "1")
                return message
            })
    }

    /// One that nobody has voted in.
    var stoppedPoll: JSON {
        [
            "id": "1", "question": "?", "options": [option("1", "Yes"), option("2", "No")],
            "total_voter_count": 0, "is_closed": true, "is_anonymous": true, "type": "regular",
            "allows_multiple_answers": false, "allows_revoting": true, "members_only": false,
        ]
    }

    private func option(_ id: String, _ text: String) -> JSON {
        ["persistent_id": JSON(id), "text": JSON(text), "voter_count": 0]
    }

    var administratorRights: JSON {
        flags([
            "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
            "can_post_stories", "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
        ])
    }

    private func flags(_ names: [String]) -> JSON {
        let flags: JSON = [:]
        for name in names { flags.set(name, false) }
        return flags
    }

    var businessConnection: JSON {
        [
            "id": JSON(arguments.text("business_connection_id")), "user": user, "user_chat_id": 42,
            "date": JSON(now), "is_enabled": true, "rights": ["can_reply": true],
        ]
    }

    var story: JSON {
        let chat: JSON = ["id": 42, "first_name": "Ada", "type": "private"]
        return ["chat": chat, "id": JSON(arguments.integer("story_id") ?? 1)]
    }

    var gift: JSON { ["id": "1", "sticker": sticker(type: "regular"), "star_count": 15] }

    var stickerSet: JSON {
        let name = arguments.text("name")
        return ["name": JSON(name), "title": JSON(name), "sticker_type": "regular", "stickers": []]
    }

    func customEmoji(of method: String) -> [JSON] {
        // Among the icons of topics is this one, a speech bubble.
        let ids = method == "getcustomemojistickers" ? list("custom_emoji_ids") : ["5417915203100613993"]
        return ids.map { id in
            let sticker = sticker(type: "custom_emoji")
            sticker.set("custom_emoji_id", JSON(id.string ?? id.description))
            return sticker
        }
    }

    private func sticker(type: String) -> JSON {
        [
            "file_id": "CAACAgIAAxUA000000", "file_unique_id": "AgAD000000", "type": JSON(type), "width": 512,
            "height": 512, "is_animated": false, "is_video": false, "emoji": "💬",
        ]
    }
}
