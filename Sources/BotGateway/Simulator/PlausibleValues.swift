import JSON

/// What Telegram could answer to a method that isn't simulated: a value with all that its type requires, and
/// of the call what would come back in it.
///
/// The same call gives the same value: nothing is remembered, and what was set is not read back.
struct PlausibleValues {
    /// A `User`.
    let bot: JSON
    /// Unix time in seconds.
    let now: Int64
    let arguments: Arguments

    /// - Parameter method: in any case.
    /// - Returns: nil for a method that isn't in the Bot API, as far as it is known here.
    static func answer(
        to method: String, _ arguments: Arguments, bot: JSON = SimulatedTelegram.demoBot, now: Int64
    ) -> JSON? {
        let method = method.lowercased()
        guard let type = MethodResults.type(of: method) else { return Optional.none }
        return PlausibleValues(bot: bot, now: now, arguments: arguments).value(of: type, for: method)
    }

    private func value(of type: String, for method: String) -> JSON {
        switch type {
        case "Array of Update", "Array of BotCommand": []
        case "Array of Message": method == "sendmediagroup" ? album : []
        case "Array of MessageId": JSON(list("message_ids").indices.map { ["message_id": JSON($0 + 1)] })
        case "Array of ChatMember": [owner]
        case "Array of GameHighScore": [["position": 1, "user": user, "score": 0]]
        case "Array of Sticker": JSON(customEmoji(of: method))
        case "Integer": 2
        case "String": JSON(text(for: method))
        case "User": bot
        case "Message": message
        // An inline message is nobody's to answer with.
        case "Message|True": arguments.text("inline_message_id").isEmpty ? message : true
        case "MessageId": ["message_id": 1]
        case "Poll": stoppedPoll
        case "File": ["file_id": "BQACAgIAAxkB000000", "file_unique_id": "AgAD000000"]
        case "UserProfilePhotos": ["total_count": 0, "photos": []]
        case "UserProfileAudios": ["total_count": 0, "audios": []]
        case "StickerSet": stickerSet
        default: value(of: type) ?? chatValue(of: type, for: method) ?? true
        }
    }

    /// Of what a bot has and does.
    private func value(of type: String) -> JSON? {
        switch type {
        case "WebhookInfo": ["url": "", "has_custom_certificate": false, "pending_update_count": 0]
        case "BotName": ["name": bot["first_name"] ?? "Demo"]
        case "BotDescription": ["description": ""]
        case "BotShortDescription": ["short_description": ""]
        case "BotAccessSettings": ["is_access_restricted": false]
        case "MenuButton": ["type": "default"]
        case "ChatAdministratorRights": administratorRights
        case "Gifts": ["gifts": [gift]]
        case "OwnedGifts": ["total_count": 0, "gifts": []]
        case "StarAmount": ["amount": 0]
        case "StarTransactions": ["transactions": []]
        case "SentWebAppMessage", "SentGuestMessage": ["inline_message_id": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        case "PreparedInlineMessage": ["id": "1", "expiration_date": JSON(now + 86_400)]
        case "PreparedKeyboardButton": ["id": "1"]
        default: Optional.none
        }
    }

    /// Of chats and accounts.
    private func chatValue(of type: String, for method: String) -> JSON? {
        switch type {
        case "ChatFullInfo": chatFullInfo
        case "ChatMember": ["status": "member", "user": user]
        case "ChatInviteLink": inviteLink(for: method)
        case "ForumTopic": forumTopic
        case "UserChatBoosts": ["boosts": []]
        case "BusinessConnection": businessConnection
        case "Story": story
        default: Optional.none
        }
    }
}

extension PlausibleValues {
    /// A number of any size, for ids of chats and users are longer than `Arguments.integer` reads.
    func id(_ name: String) -> Int64? { Int64(arguments.text(name)) }

    func list(_ name: String) -> [JSON] { arguments.structure(name)?.elements ?? [] }

    private func text(for method: String) -> String {
        switch method {
        case "exportchatinvitelink": "https://t.me/+AAAAAAAAAAAAAAAA"
        case "createinvoicelink": "https://t.me/$AAAAAAAAAAAAAAAA"
        default: "\(id("user_id") ?? 8):simulated"
        }
    }

    private func inviteLink(for method: String) -> JSON {
        let link = arguments.text("invite_link")
        let value: JSON = [
            "invite_link": JSON(link.isEmpty ? "https://t.me/+AAAAAAAAAAAAAAAA" : link), "creator": bot,
            "creates_join_request": JSON(arguments.flag("creates_join_request")), "is_primary": false,
            "is_revoked": JSON(method == "revokechatinvitelink"),
        ]
        if !arguments.text("name").isEmpty { value.set("name", JSON(arguments.text("name"))) }
        for name in ["expire_date", "member_limit", "subscription_period", "subscription_price"] {
            arguments.integer(name).map { value.set(name, JSON($0)) }
        }
        return value
    }

    private var forumTopic: JSON {
        let value: JSON = [
            "message_thread_id": 1, "name": JSON(arguments.text("name")),
            "icon_color": JSON(arguments.integer("icon_color") ?? 7_322_096),
        ]
        let icon = arguments.text("icon_custom_emoji_id")
        if !icon.isEmpty { value.set("icon_custom_emoji_id", JSON(icon)) }
        return value
    }
}
