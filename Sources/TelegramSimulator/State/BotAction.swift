import JSON

/// An action of the bot that users see in their apps.
package enum BotAction {
    /// A new `Message`; the messages of an album are separate actions. `markup` is the `reply_markup` that Telegram's
    /// messages don't have, because it belongs to the chat: a reply keyboard, its removal, or a forced reply.
    case message(JSON, markup: JSON? = nil)
    /// The complete `Message` after an edit.
    case edited(JSON)
    case deleted(chat: Int64, messages: [Int64])
    /// The parameters of sendChatAction, such as `{"chat_id":42,"action":"typing"}`.
    case action(JSON, chat: Int64)
    /// A draft as it is now: `{"draft_id":1,"text":"Wel","expires":…}`, with `entities` or `rich_message`,
    /// `message_thread_id`, and `can_stop`.
    case draft(JSON, chat: Int64)
    /// `{"chat":…,"message_id":…,"reaction":[…]}`: the bot's current reactions to a message.
    case reaction(JSON)
    /// The pinned `Message`.
    case pinned(JSON)
    /// The parameters of answerCallbackQuery: `text`, `show_alert`, `url`. Only `person`, the user who pressed the
    /// button, sees the answer.
    case callbackAnswer(JSON, person: Int64)
    /// The parameters of answerInlineQuery. Only `person`, the user who is typing the query, sees the results.
    case inlineResults(JSON, person: Int64)
    /// The parameters of answerWidgetQuery. Only the widget of `person` gets the answer.
    case widgetAnswer(JSON, person: Int64)
    /// The parameters of answerShippingQuery. Only `person`, the user who pays, sees the options or the error.
    case shippingAnswer(JSON, person: Int64)
    /// The parameters of answerPreCheckoutQuery. Only `person`, the user who pays, sees the error.
    case checkoutAnswer(JSON, person: Int64)
    /// Any other call with a visible effect, and its parameters: setMyCommands, setChatTitle, leaveChat, …
    case other(method: String, JSON)
}
