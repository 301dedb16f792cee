import JSON

/// Plausible results for methods that aren't simulated. They have all properties that their type requires, and take
/// what they can from the call.
///
/// Nothing is stored: a get method doesn't return the value that the set method received.
struct PlausibleValues {
    let arguments: Arguments
    /// A `User`.
    let bot: JSON
    /// The `User` that the call names, or a made-up one.
    let user: JSON
    /// The `Chat` that the call names, or the private chat with the user.
    let chat: JSON
    /// Unix time in seconds.
    let now: Int64

    /// - Parameter method: in Telegram's spelling. The result is `true` for all methods that aren't listed here.
    func answer(to method: String) -> JSON {
        ofBot(method) ?? ofChat(method) ?? ofAccount(method) ?? true
    }

    private func ofBot(_ method: String) -> JSON? {
        switch method {
        case "getUpdates": []
        case "getWebhookInfo": ["url": "", "has_custom_certificate": false, "pending_update_count": 0]
        case "getMyStarBalance", "getBusinessAccountStarBalance": ["amount": 0]
        case "getStarTransactions": ["transactions": []]
        case "getChatShareThemeBackdrops": ["backdrops": []]
        case "getAvailableGifts": ["gifts": [gift]]
        case "createInvoiceLink": "https://t.me/$AAAAAAAAAAAAAAAA"
        case "answerWebAppQuery", "answerGuestQuery": ["inline_message_id": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        case "savePreparedInlineMessage": ["id": "1", "expiration_date": JSON(now + 86_400)]
        case "savePreparedKeyboardButton": ["id": "1"]
        case "getManagedBotToken", "replaceManagedBotToken": JSON("\(user["id"]?.integer ?? 0):simulated")
        case "getManagedBotAccessSettings": ["is_access_restricted": false]
        case "getForumTopicIconStickers": JSON([customEmoji("5417915203100613993")])
        case "getCustomEmojiStickers": JSON(list("custom_emoji_ids").map { customEmoji($0.string ?? "") })
        case "getStickerSet": stickerSet
        case "uploadStickerFile": ["file_id": "BQACAgIAAxkB000000", "file_unique_id": "AgAD000000"]
        default: nil
        }
    }

    private func ofChat(_ method: String) -> JSON? {
        switch method {
        case "getChatAdministrators": [["status": "creator", "user": user, "is_anonymous": false]]
        case "getUserChatBoosts": ["boosts": []]
        case "stopPoll": stoppedPoll
        case "getGameHighScores": [["position": 1, "user": user, "score": 0]]
        // For an inline message, Telegram returns `true` instead of the message.
        case "setGameScore": arguments.text("inline_message_id").isEmpty ? message : true
        default: nil
        }
    }

    /// Results for users and business accounts.
    private func ofAccount(_ method: String) -> JSON? {
        switch method {
        case "getUserProfileAudios": ["total_count": 0, "audios": []]
        case "getBusinessAccountGifts", "getUserGifts", "getChatGifts": ["total_count": 0, "gifts": []]
        case "getBusinessConnection": businessConnection
        case "postStory", "repostStory", "editStory":
            ["chat": chat, "id": JSON(arguments.integer("story_id") ?? 1)]
        default: nil
        }
    }
}
