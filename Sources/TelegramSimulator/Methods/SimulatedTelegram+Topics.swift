import BotAPI
import JSON

/// Topics of forums.
extension SimulatedTelegram {
    private func forum(_ request: Request) throws(BotAPIError) -> SimulatedChat {
        let chat = try chat(of: request)
        guard chat.isForum || strictness == .lenient else { throw .badRequest("the chat is not a forum") }
        return chat
    }

    private func topic(_ request: Request) throws(BotAPIError) -> (SimulatedChat, Int64, SimulatedChat.Topic)
    {
        let chat = try forum(request)
        let thread = request.arguments.integer("message_thread_id") ?? 0
        try checkRights(to: "manage topics in the chat", "can_manage_topics", in: chat, as: request)
        if let topic = chat.topics[thread] { return (chat, thread, topic) }
        guard strictness == .lenient, thread > 1 else { throw .badRequest("message thread not found") }
        return (chat, thread, SimulatedChat.Topic(name: "Topic \(thread)", iconColor: 7_322_096))
    }

    /// Returns a `ForumTopic`.
    func createForumTopic(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try forum(request)
        if request.isFromBot {
            try checkRights(to: "create a topic", "can_manage_topics", in: chat, as: request)
        }
        let name = request.text("name")
        guard !name.isEmpty else { throw .badRequest("topic name must be non-empty") }
        guard name.unicodeScalars.count <= 128 else { throw .badRequest("topic name is too long") }
        let color = request.arguments.integer("icon_color") ?? 7_322_096
        let icon = request.text("icon_custom_emoji_id")
        var topic: JSON = ["name": JSON(name), "icon_color": JSON(color)]
        if !icon.isEmpty { topic.set("icon_custom_emoji_id", JSON(icon)) }
        let thread = chat.lastMessageID + 1
        chat.topics[thread] = SimulatedChat.Topic(
            name: name, iconColor: color, iconEmoji: icon.isEmpty ? nil : icon)
        announce(["forum_topic_created": topic], in: chat, by: request, thread: thread)
        if request.isFromBot { onAction(.other(method: "createForumTopic", request.arguments.json)) }
        var answer: JSON = ["message_thread_id": JSON(thread)]
        answer.merge(topic)
        return answer
    }

    func editForumTopic(_ request: Request) throws(BotAPIError) -> JSON {
        var (chat, thread, topic) = try topic(request)
        var change: JSON = [:]
        let name = request.text("name")
        if !name.isEmpty {
            topic.name = name
            change.set("name", JSON(name))
        }
        if request.arguments.has("icon_custom_emoji_id") {
            topic.iconEmoji = request.text("icon_custom_emoji_id")
            change.set("icon_custom_emoji_id", JSON(request.text("icon_custom_emoji_id")))
        }
        guard change.count > 0 || strictness == .lenient else { throw .badRequest("TOPIC_NOT_MODIFIED") }
        chat.topics[thread] = topic
        announce(["forum_topic_edited": change], in: chat, by: request, thread: thread)
        return true
    }

    func closeForumTopic(_ request: Request) throws(BotAPIError) -> JSON {
        var (chat, thread, topic) = try topic(request)
        guard !topic.isClosed else { throw .badRequest("TOPIC_NOT_MODIFIED") }
        topic.isClosed = true
        chat.topics[thread] = topic
        announce(["forum_topic_closed": [:]], in: chat, by: request, thread: thread)
        return true
    }

    func reopenForumTopic(_ request: Request) throws(BotAPIError) -> JSON {
        var (chat, thread, topic) = try topic(request)
        guard topic.isClosed || strictness == .lenient else { throw .badRequest("TOPIC_NOT_MODIFIED") }
        topic.isClosed = false
        chat.topics[thread] = topic
        announce(["forum_topic_reopened": [:]], in: chat, by: request, thread: thread)
        return true
    }

    func deleteForumTopic(_ request: Request) throws(BotAPIError) -> JSON {
        let (chat, thread, _) = try topic(request)
        chat.topics[thread] = nil
        let ids = chat.messages.ids.filter { chat.messages[$0]?["message_thread_id"]?.integer == thread }
        for id in ids { chat.messages.remove(id) }
        if request.isFromBot, !ids.isEmpty { onAction(.deleted(chat: chat.id, messages: ids)) }
        return true
    }

    func unpinAllForumTopicMessages(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try forum(request)
        try checkMayPin(in: chat, as: request)
        let thread = request.arguments.integer("message_thread_id")
        chat.pinned.removeAll { chat.messages[$0]?["message_thread_id"]?.integer == thread }
        return true
    }

    /// Edits, closes, reopens, hides, or unhides the General topic, which every forum has.
    func changeGeneralForumTopic(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try forum(request)
        try checkRights(to: "manage topics in the chat", "can_manage_topics", in: chat, as: request)
        var topic = chat.topics[1] ?? SimulatedChat.Topic(name: "General", iconColor: 7_322_096)
        let message: JSON
        switch request.name {
        case "editgeneralforumtopic":
            guard !request.text("name").isEmpty else { throw .badRequest("topic name must be non-empty") }
            topic.name = request.text("name")
            message = ["forum_topic_edited": ["name": JSON(topic.name)]]
        case "closegeneralforumtopic":
            topic.isClosed = true
            message = ["forum_topic_closed": [:]]
        case "reopengeneralforumtopic":
            topic.isClosed = false
            message = ["forum_topic_reopened": [:]]
        case "hidegeneralforumtopic":
            (topic.isHidden, topic.isClosed) = (true, true)
            message = ["general_forum_topic_hidden": [:]]
        default:
            topic.isHidden = false
            message = ["general_forum_topic_unhidden": [:]]
        }
        chat.topics[1] = topic
        announce(message, in: chat, by: request)
        return true
    }
}
