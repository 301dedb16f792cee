/// The kinds of update in Bot API 10.5. Unknown kinds are delivered too.
///
/// - SeeAlso: https://core.telegram.org/bots/api#update
package enum UpdateKinds {
    /// All kinds, for `--allowed-updates all`.
    package static let all = byDefault + onRequest

    /// Sent to bots that don't set `allowed_updates`.
    static let byDefault = [
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
        "business_message", "edited_business_message", "deleted_business_messages", "guest_message",
        "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
        "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_join_request", "chat_boost",
        "removed_chat_boost", "managed_bot", "subscription", "stopped_message_generation", "widget_query",
        "shared_widget_query",
    ]

    /// Sent only if requested by name.
    package static let onRequest = ["chat_member", "message_reaction", "message_reaction_count"]

    package static let known = Set(all)
}
