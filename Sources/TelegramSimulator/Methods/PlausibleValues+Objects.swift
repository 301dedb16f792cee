import JSON

extension PlausibleValues {
    func list(_ name: String) -> [JSON] { arguments.structure(name)?.elements ?? [] }

    var message: JSON {
        let id = arguments.integer("message_id") ?? 1
        return ["message_id": JSON(id), "from": bot, "chat": chat, "date": JSON(now)]
    }

    /// A closed poll without votes.
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

    var businessConnection: JSON {
        [
            "id": JSON(arguments.text("business_connection_id")), "user": user,
            "user_chat_id": user["id"] ?? 42, "date": JSON(now), "is_enabled": true,
            "rights": ["can_reply": true],
        ]
    }

    var gift: JSON { ["id": "1", "sticker": sticker(type: "regular"), "star_count": 15] }

    var stickerSet: JSON {
        let name = arguments.text("name")
        return ["name": JSON(name), "title": JSON(name), "sticker_type": "regular", "stickers": []]
    }

    func customEmoji(_ id: String) -> JSON {
        var sticker = sticker(type: "custom_emoji")
        sticker.set("custom_emoji_id", JSON(id))
        return sticker
    }

    private func sticker(type: String) -> JSON {
        [
            "file_id": "CAACAgIAAxUA000000", "file_unique_id": "AgAD000000", "type": JSON(type), "width": 512,
            "height": 512, "is_animated": false, "is_video": false, "emoji": "💬",
        ]
    }
}
