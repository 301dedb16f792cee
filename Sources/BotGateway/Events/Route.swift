import JSON

/// The scope of an event, and Telegram's object for the chat or user that the scope serves.
struct Route {
    let scope: Scope
    /// The key of `party` in the scope line, `chat` or `user`; nil for the whole bot's scope.
    let key: String?
    /// The Chat or User object from the event.
    let party: JSON?

    /// Finds the scope of an update; nil if it needs a chat or a user and the update has neither.
    init?(kind: String, payload: JSON, by choice: ScopeChoice) {
        if choice == .bot {
            (scope, key, party) = (.bot, nil, nil)
            return
        }
        for path in Self.paths(of: kind, by: choice) {
            let holder = path.dropLast().reduce(payload) { $0?[$1] }
            guard let holder, let name = path.last, let party = holder[name],
                let id = party["id"]?.integer
            else { continue }
            let isChat = name.hasSuffix("chat")
            scope = isChat ? Self.scope(ofChat: id, in: holder, kind: kind, by: choice) : .user(id)
            key = isChat ? "chat" : "user"
            self.party = party
            return
        }
        return nil
    }

    /// Finds the chat or user of a known scope in one of its events. An earlier run may have used another `--scope`.
    init?(kind: String, payload: JSON, of scope: Scope) {
        let routes = [ScopeChoice.chat, .user].lazy.compactMap { Route(kind: kind, payload: payload, by: $0) }
        guard let route = routes.first(where: { $0.serves(scope) }) else { return nil }
        (self.scope, key, party) = (scope, route.key, route.party)
    }

    private func serves(_ scope: Scope) -> Bool {
        let id = party?["id"]?.integer
        if case .user(let user) = scope { return key == "user" && id == user }
        return key == "chat" && id == scope.chat
    }

    /// - Parameter holder: the message or other object that contains the chat.
    private static func scope(
        ofChat chat: Int64, in holder: JSON, kind: String, by choice: ScopeChoice
    ) -> Scope {
        if businessKinds.contains(kind), let connection = holder["business_connection_id"]?.string {
            return .business(connection: connection, chat: chat)
        }
        if let topic = directMessagesTopic(of: holder) { return .direct(chat: chat, topic: topic) }
        if choice == .topic, let thread = topic(of: holder) { return .topic(chat: chat, thread: thread) }
        return .chat(chat)
    }

    /// In a chat without topics, a message's `message_thread_id` names a thread of replies, and `is_topic_message` is
    /// missing. Other objects have `message_thread_id` only in a topic.
    private static func topic(of holder: JSON) -> Int64? {
        guard let thread = holder["message_thread_id"]?.integer, holder["chat"] != nil else { return nil }
        let isMessage = holder["message_id"] != nil
        return !isMessage || holder["is_topic_message"]?.bool == true ? thread : nil
    }

    /// All messages to a channel are in one chat, with a topic for each person who writes.
    private static func directMessagesTopic(of holder: JSON) -> Int64? {
        holder["direct_messages_topic"]?["topic_id"]?.integer
    }

    private static func paths(of kind: String, by choice: ScopeChoice) -> [[String]] {
        let paths = paths[kind] ?? usualPaths
        return choice == .user ? [["from"], ["user"]] + paths : paths
    }

    private static let usualPaths = [["chat"], ["message", "chat"], ["from"], ["user"]]

    /// The paths for kinds for which the usual ones would find the wrong chat or user.
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
        "widget_query": [["chat"], ["from"]],
        "shared_widget_query": [["from"]],
    ]

    /// Includes callback_query: the button under a business account's message was pressed in that account's chat. See
    /// docs/decisions/scopes.md.
    private static let businessKinds: Set = [
        "business_message", "edited_business_message", "deleted_business_messages", "callback_query",
    ]
}
