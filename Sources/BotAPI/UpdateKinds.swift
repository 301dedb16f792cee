/// The kinds of update that Bot API 10.3 knows. Others are delivered all the same.
///
/// - SeeAlso: https://core.telegram.org/bots/api#update
package enum UpdateKinds {
    /// All of them, for `--allowed-updates all`.
    package static let all = byDefault + onRequest

    /// Sent to every bot that doesn't ask for something else.
    static let byDefault = [
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
        "business_message", "edited_business_message", "deleted_business_messages", "guest_message",
        "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
        "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_join_request", "chat_boost",
        "removed_chat_boost", "managed_bot", "subscription", "stopped_message_generation",
    ]

    /// Sent only to bots that ask for them by name.
    package static let onRequest = ["chat_member", "message_reaction", "message_reaction_count"]

    package static let known = Set(all)
}
