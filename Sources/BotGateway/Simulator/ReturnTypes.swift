/// What a method of the Bot API returns, as far as the simulator makes a difference.
enum ReturnType {
    case message
    /// `true` for an inline message, which is named by `inline_message_id`.
    case messageOrTrue
    case messages
    case messageID
    case messageIDs
    case other
    case alwaysTrue

    /// - Parameter method: in any case; one that Telegram adds tomorrow returns `true` here.
    init(of method: String) {
        self = Self.byLowercasedName[method.lowercased()] ?? .alwaysTrue
    }

    private static let byLowercasedName = Dictionary(
        uniqueKeysWithValues: methods.map { ($0.lowercased(), $1) })

    // The methods that don't return `true`, made from the file of methods by:
    //
    //     jq -r '.methods[] | select(.returns != ["True"]) |
    //         ({"Message": "message", "Message|True": "messageOrTrue", "Array of Message": "messages",
    //           "MessageId": "messageID", "Array of MessageId": "messageIDs"}[.returns | join("|")]
    //          // "other") as $type |
    //         "        \"\(.name)\": .\(if .chat_id then $type else "other" end),"' METHODS.json
    //
    // What isn't sent to a chat is an `other` even when it returns messages.
    private static let methods: KeyValuePairs<String, ReturnType> = [
        "getUpdates": .other,
        "getWebhookInfo": .other,
        "getMe": .other,
        "sendMessage": .message,
        "forwardMessage": .message,
        "forwardMessages": .messageIDs,
        "copyMessage": .messageID,
        "copyMessages": .messageIDs,
        "sendPhoto": .message,
        "sendLivePhoto": .message,
        "sendAudio": .message,
        "sendDocument": .message,
        "sendVideo": .message,
        "sendAnimation": .message,
        "sendVoice": .message,
        "sendVideoNote": .message,
        "sendPaidMedia": .message,
        "sendMediaGroup": .messages,
        "sendLocation": .message,
        "sendVenue": .message,
        "sendContact": .message,
        "sendPoll": .message,
        "sendChecklist": .message,
        "sendDice": .message,
        "getUserProfilePhotos": .other,
        "getUserProfileAudios": .other,
        "getFile": .other,
        "exportChatInviteLink": .other,
        "createChatInviteLink": .other,
        "editChatInviteLink": .other,
        "createChatSubscriptionInviteLink": .other,
        "editChatSubscriptionInviteLink": .other,
        "revokeChatInviteLink": .other,
        "getChat": .other,
        "getChatAdministrators": .other,
        "getChatMemberCount": .other,
        "getChatMember": .other,
        "getUserPersonalChatMessages": .other,
        "getForumTopicIconStickers": .other,
        "createForumTopic": .other,
        "answerGuestQuery": .other,
        "getUserChatBoosts": .other,
        "getBusinessConnection": .other,
        "getManagedBotToken": .other,
        "replaceManagedBotToken": .other,
        "getManagedBotAccessSettings": .other,
        "getMyCommands": .other,
        "getMyName": .other,
        "getMyDescription": .other,
        "getMyShortDescription": .other,
        "getChatMenuButton": .other,
        "getMyDefaultAdministratorRights": .other,
        "getAvailableGifts": .other,
        "getBusinessAccountStarBalance": .other,
        "getBusinessAccountGifts": .other,
        "getUserGifts": .other,
        "getChatGifts": .other,
        "postStory": .other,
        "repostStory": .other,
        "editStory": .other,
        "answerWebAppQuery": .other,
        "savePreparedInlineMessage": .other,
        "savePreparedKeyboardButton": .other,
        "editMessageText": .messageOrTrue,
        "editMessageCaption": .messageOrTrue,
        "editMessageMedia": .messageOrTrue,
        "editMessageLiveLocation": .messageOrTrue,
        "stopMessageLiveLocation": .messageOrTrue,
        "editMessageChecklist": .message,
        "editMessageReplyMarkup": .messageOrTrue,
        "stopPoll": .other,
        "sendSticker": .message,
        "getStickerSet": .other,
        "getCustomEmojiStickers": .other,
        "uploadStickerFile": .other,
        "sendRichMessage": .message,
        "sendInvoice": .message,
        "createInvoiceLink": .other,
        "getMyStarBalance": .other,
        "getStarTransactions": .other,
        "sendGame": .message,
        "setGameScore": .messageOrTrue,
        "getGameHighScores": .other,
    ]
}
