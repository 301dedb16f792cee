/// Where the chat or the user stands that an update of Bot API 10.5 belongs to, as docs/protocol.md has it.
package enum UpdateKindTable {
    package struct Row {
        package let kind: String
        /// The path to the Chat or the User, as in `message.chat`; the second one where the first is missing.
        package let paths: [String]
        /// The chat is one of the connection that `business_connection_id` names.
        package var isBusiness = false

        package init(_ kind: String, _ paths: String..., isBusiness: Bool = false) {
            (self.kind, self.paths, self.isBusiness) = (kind, paths, isBusiness)
        }
    }

    /// All but `poll`, which has neither.
    package static let rows = [
        Row("message", "chat"),
        Row("edited_message", "chat"),
        Row("channel_post", "chat"),
        Row("edited_channel_post", "chat"),
        Row("guest_message", "chat"),
        Row("message_reaction", "chat"),
        Row("message_reaction_count", "chat"),
        Row("my_chat_member", "chat"),
        Row("chat_member", "chat"),
        Row("chat_join_request", "chat"),
        Row("chat_boost", "chat"),
        Row("removed_chat_boost", "chat"),
        Row("stopped_message_generation", "chat"),
        Row("business_message", "chat", isBusiness: true),
        Row("edited_business_message", "chat", isBusiness: true),
        Row("deleted_business_messages", "chat", isBusiness: true),
        Row("callback_query", "message.chat", "from"),
        Row("poll_answer", "voter_chat", "user"),
        Row("inline_query", "from"),
        Row("chosen_inline_result", "from"),
        Row("shipping_query", "from"),
        Row("pre_checkout_query", "from"),
        Row("purchased_paid_media", "from"),
        Row("business_connection", "user"),
        Row("managed_bot", "user"),
        Row("subscription", "user"),
        Row("widget_query", "chat", "from"),
        Row("shared_widget_query", "from"),
    ]
}
