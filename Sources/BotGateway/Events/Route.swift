import JSON

/// Where an event belongs: its scope, and Telegram's object for whom that scope serves.
struct Route {
    let scope: Scope
    /// `chat` or `user`: the key under which the scope line names `party`; nil for the whole bot's scope.
    let key: String?
    /// A Chat or a User, as it came with the event.
    let party: JSON?

    /// Finds whom an event belongs to; nil where there is neither chat nor user, if that matters.
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

    /// Finds in an event whom its scope serves. The scope may be an earlier run's, with another `--scope`.
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

    /// - Parameter holder: the message, or what else has the chat and says more about it.
    private static func scope(
        ofChat chat: Int64, in holder: JSON, kind: String, by choice: ScopeChoice
    ) -> Scope {
        if businessKinds.contains(kind), let connection = holder["business_connection_id"]?.string {
            return .business(connection: connection, chat: chat)
        }
        if choice == .topic, let thread = topic(of: holder) { return .topic(chat: chat, thread: thread) }
        return .chat(chat)
    }

    /// In a chat without topics `message_thread_id` names the thread of replies that a message stands in, and
    /// `is_topic_message` is missing. What is no message has it only in a topic.
    private static func topic(of holder: JSON) -> Int64? {
        guard let thread = holder["message_thread_id"]?.integer, holder["chat"] != nil else { return nil }
        let isMessage = holder["message_id"] != nil
        return !isMessage || holder["is_topic_message"]?.bool == true ? thread : nil
    }

    private static func paths(of kind: String, by choice: ScopeChoice) -> [[String]] {
        let paths = paths[kind] ?? usualPaths
        return choice == .user ? [["from"], ["user"]] + paths : paths
    }

    private static let usualPaths = [["chat"], ["message", "chat"], ["from"], ["user"]]

    /// Kinds for which the usual paths would find the wrong chat or user.
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

    /// A button under a business account's message was pressed in that account's chat: docs/decisions/scopes.md.
    private static let businessKinds: Set = [
        "business_message", "edited_business_message", "deleted_business_messages", "callback_query",
    ]
}
