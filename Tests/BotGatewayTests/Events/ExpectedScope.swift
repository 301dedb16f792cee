import JSON

@testable import BotGateway

/// The expected scope of an update. Unlike `Route`, it is derived from the Bot API 10.5 documentation of each kind.
enum ExpectedScope {
    private struct Facts {
        /// The paths of the update's Chat and User. The User is the sender, if the kind has one.
        var chat: [String] = []
        var user: [String] = []
    }

    private static let facts = [
        "message": Facts(chat: ["chat"], user: ["from"]),
        "edited_message": Facts(chat: ["chat"], user: ["from"]),
        "channel_post": Facts(chat: ["chat"], user: ["from"]),
        "edited_channel_post": Facts(chat: ["chat"], user: ["from"]),
        "business_connection": Facts(user: ["user"]),
        "business_message": Facts(chat: ["chat"], user: ["from"]),
        "edited_business_message": Facts(chat: ["chat"], user: ["from"]),
        "deleted_business_messages": Facts(chat: ["chat"]),
        "guest_message": Facts(chat: ["chat"], user: ["from"]),
        "message_reaction": Facts(chat: ["chat"], user: ["user"]),
        "message_reaction_count": Facts(chat: ["chat"]),
        "inline_query": Facts(user: ["from"]),
        "chosen_inline_result": Facts(user: ["from"]),
        "callback_query": Facts(chat: ["message", "chat"], user: ["from"]),
        "shipping_query": Facts(user: ["from"]),
        "pre_checkout_query": Facts(user: ["from"]),
        "purchased_paid_media": Facts(user: ["from"]),
        "poll": Facts(),
        "poll_answer": Facts(chat: ["voter_chat"], user: ["user"]),
        "my_chat_member": Facts(chat: ["chat"], user: ["from"]),
        "chat_member": Facts(chat: ["chat"], user: ["from"]),
        "chat_join_request": Facts(chat: ["chat"], user: ["from"]),
        "chat_boost": Facts(chat: ["chat"]),
        "removed_chat_boost": Facts(chat: ["chat"]),
        "managed_bot": Facts(user: ["user"]),
        "subscription": Facts(user: ["user"]),
        "stopped_message_generation": Facts(chat: ["chat"]),
        "widget_query": Facts(chat: ["chat"], user: ["from"]),
        "shared_widget_query": Facts(user: ["from"]),
    ]

    static var kinds: Set<String> { Set(facts.keys) }

    /// The scope in the form of `PIPEGRAM_SCOPE`; nil for an update without a scope.
    static func of(_ kind: String, _ payload: JSON, _ choice: ScopeChoice) -> String? {
        guard choice != .bot else { return "bot" }
        guard let facts = facts[kind] else { return nil }
        let chat = chat(of: kind, payload, facts, withTopic: choice == .topic)
        let user = member(facts.user + ["id"], of: payload)?.integer.map { "user:\($0)" }
        return choice == .user ? user ?? chat : chat ?? user
    }

    /// The Chat or the User in the scope line.
    static func party(_ kind: String, _ payload: JSON, _ choice: ScopeChoice) -> (chat: JSON?, user: JSON?) {
        guard let facts = facts[kind], let scope = of(kind, payload, choice), choice != .bot else {
            return (nil, nil)
        }
        return scope.hasPrefix("user:")
            ? (nil, member(facts.user, of: payload))
            : (member(facts.chat, of: payload), nil)
    }

    private static func chat(
        of kind: String, _ payload: JSON, _ facts: Facts, withTopic: Bool
    ) -> String? {
        guard let id = member(facts.chat + ["id"], of: payload)?.integer else { return nil }
        let message = kind == "callback_query" ? payload["message"] : payload
        if kind.contains("business") || kind == "callback_query",
            let connection = message?["business_connection_id"]?.string
        {
            return "business:\(connection)/chat:\(id)"
        }
        if let topic = message?["direct_messages_topic"]?["topic_id"]?.integer {
            return "chat:\(id)/direct:\(topic)"
        }
        let isInTopic = kind == "stopped_message_generation" || message?["is_topic_message"]?.bool == true
        guard withTopic, isInTopic, let thread = message?["message_thread_id"]?.integer else {
            return "chat:\(id)"
        }
        return "chat:\(id)/topic:\(thread)"
    }

    private static func member(_ path: [String], of payload: JSON) -> JSON? {
        guard path.count > 0, path != ["id"] else { return nil }
        var value: JSON? = payload
        for key in path { value = value?[key] }
        return value
    }
}
