import JSON

extension Call {
    /// The id of the chat that the call is for, also one written as text; nil for an `@name` and for a call to no chat.
    var chatID: Int64? { Self.chatID(parameters["chat_id"] ?? commandScope?["chat_id"]) }

    /// setMyCommands and its kin name their chat in `scope`: an object, or one in a string.
    private var commandScope: JSON? {
        guard let scope = parameters["scope"] else { return nil }
        return scope.isObject
            ? scope
            : scope.string.flatMap { text in
                Array(text.utf8).withUnsafeBytes { try? JSON(parsing: $0) }
            }
    }

    /// The parameters with another chat in the place of the call's own.
    func parameters(for chat: Int64) -> JSON {
        var copy = parameters
        if parameters["chat_id"] == nil, var scope = commandScope {
            scope.set("chat_id", JSON(chat))
            copy.set("scope", scope)
        } else {
            copy.set("chat_id", JSON(chat))
        }
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
