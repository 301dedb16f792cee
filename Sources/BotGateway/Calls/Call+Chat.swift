import JSON

extension Call {
    /// The id of the call's chat, a number or digits in a string; nil for an `@name` and for a call without a chat.
    var chatID: Int64? { Self.chatID(parameters["chat_id"]) }

    /// The call's parameters with another chat's id.
    func parameters(for chat: Int64) -> JSON {
        var copy = parameters
        copy.set("chat_id", JSON(chat))
        return copy
    }

    /// The destination that a 429 rate-limits: the chat, or the scope for a call without a chat.
    ///
    /// - Parameter id: the chat's current id, after migrations.
    func destination(id: Int64?, in scope: Scope) -> String {
        guard let chat = id.map({ String($0) }) ?? parameters["chat_id"]?.string else {
            return scope.description
        }
        // A business account's chat with a person has the same id as the bot's own chat with them, but is another chat.
        guard let connection = parameters["business_connection_id"]?.string else { return chat }
        return "business:\(connection)/chat:\(chat)"
    }
}
