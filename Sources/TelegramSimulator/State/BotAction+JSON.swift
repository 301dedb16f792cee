import JSON

extension BotAction {
    /// The names of all kinds.
    static let kinds = [
        "message", "edited", "deleted", "action", "draft", "reaction", "pinned", "callback_answer",
        "inline_results",
        "widget_answer", "shipping_answer", "checkout_answer", "other",
    ]

    /// The kind's name in the control API.
    var kind: String {
        switch self {
        case .message: "message"
        case .edited: "edited"
        case .deleted: "deleted"
        case .action: "action"
        case .draft: "draft"
        case .reaction: "reaction"
        case .pinned: "pinned"
        case .callbackAnswer: "callback_answer"
        case .inlineResults: "inline_results"
        case .widgetAnswer: "widget_answer"
        case .shippingAnswer: "shipping_answer"
        case .checkoutAnswer: "checkout_answer"
        case .other: "other"
        }
    }

    /// The chat in which the action is visible; nil if there is none.
    var chat: Int64? {
        switch self {
        case .message(let json, _), .edited(let json), .pinned(let json), .reaction(let json):
            json["chat"]?["id"]?.integer
        case .deleted(let chat, _), .action(_, let chat), .draft(_, let chat): chat
        case .other(_, let parameters): Int64(Arguments(parameters).text("chat_id"))
        case .callbackAnswer, .inlineResults, .widgetAnswer, .shippingAnswer, .checkoutAnswer: nil
        }
    }

    /// `{"kind":"message","chat_id":42,"message":{…}}`; docs/simulator.md describes each kind.
    var json: JSON {
        var json: JSON = ["kind": JSON(kind)]
        chat.map { json.set("chat_id", JSON($0)) }
        switch self {
        case .message(let message, let markup):
            json.set("message", message)
            markup.map { json.set("reply_markup", $0) }
        case .edited(let message), .pinned(let message):
            json.set("message", message)
        case .reaction(let reaction):
            json.merge(reaction)
        case .deleted(_, let messages):
            json.set("message_ids", JSON(messages.map { JSON($0) }))
        case .action(let parameters, _):
            json.set("action", parameters["action"] ?? "")
            parameters["message_thread_id"].map { json.set("message_thread_id", $0) }
        case .draft(let draft, _):
            json.merge(draft)
        case .callbackAnswer(let answer, let person), .inlineResults(let answer, let person),
            .widgetAnswer(let answer, let person), .shippingAnswer(let answer, let person),
            .checkoutAnswer(let answer, let person):
            json.set("user_id", JSON(person))
            json.set("answer", answer)
        case .other(let method, let parameters):
            json.set("method", JSON(method))
            json.set("parameters", parameters)
        }
        return json
    }
}
