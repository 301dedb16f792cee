import JSON

/// What people see of a bot's doings in their apps.
package enum BotAction {
    /// A `Message` that the bot sent; an album's come one by one.
    case message(JSON)
    /// A `Message` that the bot edited, whole, as it is now.
    case edited(JSON)
    case deleted(chat: Int64, messages: [Int64])
    /// The parameters of sendChatAction, as in `{"chat_id":42,"action":"typing"}`.
    case action(JSON, chat: Int64)
    /// `{"chat":…,"message_id":…,"reaction":[…]}`: the bot's reactions to a message, as they are now.
    case reaction(JSON)
    /// The `Message` that the bot pinned.
    case pinned(JSON)
    /// The parameters of answerCallbackQuery: `text`, `show_alert`, `url`. Shown to whoever pressed the button.
    case callbackAnswer(JSON, person: Int64)
    /// The parameters of answerInlineQuery. Shown to whoever is typing.
    case inlineResults(JSON, person: Int64)
    /// Any other call that somebody would notice, with its parameters: commands were set, a title was changed, the
    /// bot has left.
    case other(method: String, JSON)
}
