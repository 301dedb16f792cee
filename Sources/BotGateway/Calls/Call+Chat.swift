import JSON

extension Call {
    /// The id of the chat it goes to, also one written as text; nil for an `@name` and for a call to no chat.
    var chatID: Int64? { Self.chatID(parameters["chat_id"]) }

    /// What it says, to another chat.
    func parameters(for chat: Int64) -> JSON {
        var copy = parameters
        copy.set("chat_id", JSON(chat))
        return copy
    }

    /// Names whom a 429 holds back: the chat, or the scope for a call to no chat.
    ///
    /// - Parameter id: what the chat has become.
    func destination(id: Int64?, in scope: Scope) -> String {
        guard let chat = id.map({ String($0) }) ?? parameters["chat_id"]?.string else {
            return scope.description
        }
        // The same number is the bot's own chat with that person: another one.
        guard let connection = parameters["business_connection_id"]?.string else { return chat }
        return "business:\(connection)/chat:\(chat)"
    }
}
