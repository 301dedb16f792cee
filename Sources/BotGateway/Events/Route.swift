import JSON

/// Where an event belongs: its scope, and Telegram's object for whom that scope serves.
struct Route {
    let scope: Scope
    /// `chat` or `user`: the key under which the scope line names `party`.
    let key: String
    /// A Chat or a User, as it came with the event.
    let party: JSON

    /// Finds the chat of an event, or its user where there is none; nil where there is neither.
    init?(kind: String, payload: JSON) {
        for path in Self.paths[kind] ?? Self.usualPaths {
            guard let party = path.reduce(payload, { $0?[$1] }), let id = party["id"]?.integer else {
                continue
            }
            let isChat = path.last?.hasSuffix("chat") == true
            key = isChat ? "chat" : "user"
            self.party = party
            if Self.businessKinds.contains(kind), let connection = payload["business_connection_id"]?.string {
                scope = .business(connection: connection, chat: id)
            } else {
                scope = isChat ? .chat(id) : .user(id)
            }
            return
        }
        return nil
    }

    private static let usualPaths = [["chat"], ["message", "chat"], ["from"], ["user"]]

    /// Where the usual paths would find somebody else.
    private static let paths = [
        "callback_query": [["message", "chat"], ["from"]],
        "poll_answer": [["voter_chat"], ["user"]],
        "inline_query": [["from"]],
        "chosen_inline_result": [["from"]],
        "shipping_query": [["from"]],
        "pre_checkout_query": [["from"]],
        "purchased_paid_media": [["from"]],
        "business_connection": [["user"]],
        "managed_bot": [["user"]],
        "subscription": [["user"]],
    ]

    private static let businessKinds: Set = [
        "business_message", "edited_business_message", "deleted_business_messages",
    ]
}
