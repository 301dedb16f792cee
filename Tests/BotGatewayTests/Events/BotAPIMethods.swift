@testable import BotGateway

/// A method of Bot API 10.3, and the parameters that a scope can fill in.
struct BotAPIMethod {
    /// The name in a child's spelling, without `telegram.`: `send_message`.
    let snakeCase: Substring
    /// The name in Telegram's spelling: `sendMessage`.
    let name: Substring
    /// Whether `chat_id` is required.
    let requiresChat: Bool
    /// Whether it takes either `chat_id` or `inline_message_id`, as the edit methods do.
    let takesChatOrInline: Bool
    let takesBusinessConnection: Bool
    let takesTopic: Bool

    private init(_ line: Substring) {
        let words = line.split(separator: " ")
        (snakeCase, name) = (words[0], words[1])
        requiresChat = words.contains("chat")
        takesChatOrInline = words.contains("inline")
        takesBusinessConnection = words.contains("business")
        takesTopic = words.contains("topic")
    }

    static let all = table.split(separator: "\n").map { BotAPIMethod($0) }

    // Generated from a JSON file of all methods, with `required` in each required parameter, by:
    //
    //     jq -r '.methods[] | [(.name | gsub("(?<c>[A-Z])"; "_\(.c | ascii_downcase)")), .name,
    //         (if .chat_id.required then "chat"
    //          elif .chat_id and any(.params[]; .name == "inline_message_id") then "inline" else empty end),
    //         (if any(.params[]; .name == "business_connection_id") then "business" else empty end),
    //         (if any(.params[]; .name == "message_thread_id") then "topic" else empty end)
    //         ] | join(" ")' METHODS.json
    private static let table = """
        get_updates getUpdates
        set_webhook setWebhook
        delete_webhook deleteWebhook
        get_webhook_info getWebhookInfo
        get_me getMe
        log_out logOut
        close close
        send_message sendMessage chat business topic
        forward_message forwardMessage chat topic
        forward_messages forwardMessages chat topic
        copy_message copyMessage chat topic
        copy_messages copyMessages chat topic
        send_photo sendPhoto chat business topic
        send_live_photo sendLivePhoto chat business topic
        send_audio sendAudio chat business topic
        send_document sendDocument chat business topic
        send_video sendVideo chat business topic
        send_animation sendAnimation chat business topic
        send_voice sendVoice chat business topic
        send_video_note sendVideoNote chat business topic
        send_paid_media sendPaidMedia chat business topic
        send_media_group sendMediaGroup chat business topic
        send_location sendLocation chat business topic
        send_venue sendVenue chat business topic
        send_contact sendContact chat business topic
        send_poll sendPoll chat business topic
        send_checklist sendChecklist chat business
        send_dice sendDice chat business topic
        send_message_draft sendMessageDraft chat topic
        send_chat_action sendChatAction chat business topic
        set_message_reaction setMessageReaction chat
        get_user_profile_photos getUserProfilePhotos
        get_user_profile_audios getUserProfileAudios
        set_user_emoji_status setUserEmojiStatus
        get_file getFile
        ban_chat_member banChatMember chat
        unban_chat_member unbanChatMember chat
        restrict_chat_member restrictChatMember chat
        promote_chat_member promoteChatMember chat
        set_chat_administrator_custom_title setChatAdministratorCustomTitle chat
        set_chat_member_tag setChatMemberTag chat
        ban_chat_sender_chat banChatSenderChat chat
        unban_chat_sender_chat unbanChatSenderChat chat
        set_chat_permissions setChatPermissions chat
        export_chat_invite_link exportChatInviteLink chat
        create_chat_invite_link createChatInviteLink chat
        edit_chat_invite_link editChatInviteLink chat
        create_chat_subscription_invite_link createChatSubscriptionInviteLink chat
        edit_chat_subscription_invite_link editChatSubscriptionInviteLink chat
        revoke_chat_invite_link revokeChatInviteLink chat
        approve_chat_join_request approveChatJoinRequest chat
        decline_chat_join_request declineChatJoinRequest chat
        answer_chat_join_request_query answerChatJoinRequestQuery
        send_chat_join_request_web_app sendChatJoinRequestWebApp
        set_chat_photo setChatPhoto chat
        delete_chat_photo deleteChatPhoto chat
        set_chat_title setChatTitle chat
        set_chat_description setChatDescription chat
        pin_chat_message pinChatMessage chat business
        unpin_chat_message unpinChatMessage chat business
        unpin_all_chat_messages unpinAllChatMessages chat
        leave_chat leaveChat chat
        get_chat getChat chat
        get_chat_administrators getChatAdministrators chat
        get_chat_member_count getChatMemberCount chat
        get_chat_member getChatMember chat
        get_user_personal_chat_messages getUserPersonalChatMessages
        set_chat_sticker_set setChatStickerSet chat
        delete_chat_sticker_set deleteChatStickerSet chat
        get_forum_topic_icon_stickers getForumTopicIconStickers
        create_forum_topic createForumTopic chat
        edit_forum_topic editForumTopic chat topic
        close_forum_topic closeForumTopic chat topic
        reopen_forum_topic reopenForumTopic chat topic
        delete_forum_topic deleteForumTopic chat topic
        unpin_all_forum_topic_messages unpinAllForumTopicMessages chat topic
        edit_general_forum_topic editGeneralForumTopic chat
        close_general_forum_topic closeGeneralForumTopic chat
        reopen_general_forum_topic reopenGeneralForumTopic chat
        hide_general_forum_topic hideGeneralForumTopic chat
        unhide_general_forum_topic unhideGeneralForumTopic chat
        unpin_all_general_forum_topic_messages unpinAllGeneralForumTopicMessages chat
        answer_callback_query answerCallbackQuery
        answer_guest_query answerGuestQuery
        get_user_chat_boosts getUserChatBoosts chat
        get_business_connection getBusinessConnection business
        get_managed_bot_token getManagedBotToken
        replace_managed_bot_token replaceManagedBotToken
        get_managed_bot_access_settings getManagedBotAccessSettings
        set_managed_bot_access_settings setManagedBotAccessSettings
        set_my_commands setMyCommands
        delete_my_commands deleteMyCommands
        get_my_commands getMyCommands
        set_my_name setMyName
        get_my_name getMyName
        set_my_description setMyDescription
        get_my_description getMyDescription
        set_my_short_description setMyShortDescription
        get_my_short_description getMyShortDescription
        set_my_profile_photo setMyProfilePhoto
        remove_my_profile_photo removeMyProfilePhoto
        set_chat_menu_button setChatMenuButton
        get_chat_menu_button getChatMenuButton
        set_my_default_administrator_rights setMyDefaultAdministratorRights
        get_my_default_administrator_rights getMyDefaultAdministratorRights
        get_available_gifts getAvailableGifts
        send_gift sendGift
        gift_premium_subscription giftPremiumSubscription
        verify_user verifyUser
        verify_chat verifyChat chat
        remove_user_verification removeUserVerification
        remove_chat_verification removeChatVerification chat
        read_business_message readBusinessMessage chat business
        delete_business_messages deleteBusinessMessages business
        set_business_account_name setBusinessAccountName business
        set_business_account_username setBusinessAccountUsername business
        set_business_account_bio setBusinessAccountBio business
        set_business_account_profile_photo setBusinessAccountProfilePhoto business
        remove_business_account_profile_photo removeBusinessAccountProfilePhoto business
        set_business_account_gift_settings setBusinessAccountGiftSettings business
        get_business_account_star_balance getBusinessAccountStarBalance business
        transfer_business_account_stars transferBusinessAccountStars business
        get_business_account_gifts getBusinessAccountGifts business
        get_user_gifts getUserGifts
        get_chat_gifts getChatGifts chat
        convert_gift_to_stars convertGiftToStars business
        upgrade_gift upgradeGift business
        transfer_gift transferGift business
        post_story postStory business
        repost_story repostStory business
        edit_story editStory business
        delete_story deleteStory business
        answer_web_app_query answerWebAppQuery
        save_prepared_inline_message savePreparedInlineMessage
        save_prepared_keyboard_button savePreparedKeyboardButton
        edit_message_text editMessageText inline business
        edit_message_caption editMessageCaption inline business
        edit_message_media editMessageMedia inline business
        edit_message_live_location editMessageLiveLocation inline business
        stop_message_live_location stopMessageLiveLocation inline business
        edit_message_checklist editMessageChecklist chat business
        edit_message_reply_markup editMessageReplyMarkup inline business
        stop_poll stopPoll chat business
        edit_ephemeral_message_text editEphemeralMessageText chat
        edit_ephemeral_message_media editEphemeralMessageMedia chat
        edit_ephemeral_message_caption editEphemeralMessageCaption chat
        edit_ephemeral_message_reply_markup editEphemeralMessageReplyMarkup chat
        approve_suggested_post approveSuggestedPost chat
        decline_suggested_post declineSuggestedPost chat
        delete_message deleteMessage chat
        delete_messages deleteMessages chat
        delete_ephemeral_message deleteEphemeralMessage chat
        delete_message_reaction deleteMessageReaction chat
        delete_all_message_reactions deleteAllMessageReactions chat
        send_sticker sendSticker chat business topic
        get_sticker_set getStickerSet
        get_custom_emoji_stickers getCustomEmojiStickers
        upload_sticker_file uploadStickerFile
        create_new_sticker_set createNewStickerSet
        add_sticker_to_set addStickerToSet
        set_sticker_position_in_set setStickerPositionInSet
        delete_sticker_from_set deleteStickerFromSet
        replace_sticker_in_set replaceStickerInSet
        set_sticker_emoji_list setStickerEmojiList
        set_sticker_keywords setStickerKeywords
        set_sticker_mask_position setStickerMaskPosition
        set_sticker_set_title setStickerSetTitle
        set_sticker_set_thumbnail setStickerSetThumbnail
        set_custom_emoji_sticker_set_thumbnail setCustomEmojiStickerSetThumbnail
        delete_sticker_set deleteStickerSet
        send_rich_message sendRichMessage chat business topic
        send_rich_message_draft sendRichMessageDraft chat topic
        answer_inline_query answerInlineQuery
        send_invoice sendInvoice chat topic
        create_invoice_link createInvoiceLink business
        answer_shipping_query answerShippingQuery
        answer_pre_checkout_query answerPreCheckoutQuery
        get_my_star_balance getMyStarBalance
        get_star_transactions getStarTransactions
        refund_star_payment refundStarPayment
        edit_user_star_subscription editUserStarSubscription
        set_passport_data_errors setPassportDataErrors
        send_game sendGame chat business topic
        set_game_score setGameScore inline
        get_game_high_scores getGameHighScores inline
        """
}
