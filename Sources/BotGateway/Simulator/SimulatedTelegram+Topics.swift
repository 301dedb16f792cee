import JSON

/// Topics of forums.
extension SimulatedTelegram {
    private func forum(_ deed: Deed) throws(BotAPIError) -> SimulatedChat {
        let chat = try chat(of: deed)
        guard chat.isForum || reach == .anyone else { throw .badRequest("the chat is not a forum") }
        return chat
    }

    private func topic(_ deed: Deed) throws(BotAPIError) -> (SimulatedChat, Int64, SimulatedChat.Topic) {
        let chat = try forum(deed)
        let thread = deed.arguments.integer("message_thread_id") ?? 0
        try checkRights(to: "manage topics in the chat", in: chat, as: deed)
        if let topic = chat.topics[thread] { return (chat, thread, topic) }
        guard reach == .anyone, thread > 1 else { throw .badRequest("message thread not found") }
        return (chat, thread, SimulatedChat.Topic(name: "Topic \(thread)", iconColor: 7_322_096))
    }

    /// Returns a `ForumTopic`.
    func createForumTopic(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try forum(deed)
        if deed.isBots { try checkRights(to: "create a topic", in: chat, as: deed) }
        let name = deed.text("name")
        guard !name.isEmpty else { throw .badRequest("topic name must be non-empty") }
        guard name.unicodeScalars.count <= 128 else { throw .badRequest("topic name is too long") }
        let color = deed.arguments.integer("icon_color") ?? 7_322_096
        let icon = deed.text("icon_custom_emoji_id")
        let topic: JSON = ["name": JSON(name), "icon_color": JSON(color)]
        if !icon.isEmpty { topic.set("icon_custom_emoji_id", JSON(icon)) }
        let thread = chat.lastMessageID + 1
        chat.topics[thread] = SimulatedChat.Topic(
            name: name, iconColor: color, iconEmoji: icon.isEmpty ? nil : icon)
        announce(["forum_topic_created": topic], in: chat, by: deed, thread: thread)
        if deed.isBots { onSight(.other(method: "createForumTopic", deed.arguments.json)) }
        let answer: JSON = ["message_thread_id": JSON(thread)]
        answer.merge(topic)
        return answer
    }

    func editForumTopic(_ deed: Deed) throws(BotAPIError) -> JSON {
        var (chat, thread, topic) = try topic(deed)
        let change: JSON = [:]
        let name = deed.text("name")
        if !name.isEmpty {
            topic.name = name
            change.set("name", JSON(name))
        }
        if deed.arguments.has("icon_custom_emoji_id") {
            topic.iconEmoji = deed.text("icon_custom_emoji_id")
            change.set("icon_custom_emoji_id", JSON(deed.text("icon_custom_emoji_id")))
        }
        guard change.count > 0 || reach == .anyone else { throw .badRequest("TOPIC_NOT_MODIFIED") }
        chat.topics[thread] = topic
        announce(["forum_topic_edited": change], in: chat, by: deed, thread: thread)
        return true
    }

    func closeForumTopic(_ deed: Deed) throws(BotAPIError) -> JSON {
        var (chat, thread, topic) = try topic(deed)
        guard !topic.isClosed else { throw .badRequest("TOPIC_NOT_MODIFIED") }
        topic.isClosed = true
        chat.topics[thread] = topic
        announce(["forum_topic_closed": [:]], in: chat, by: deed, thread: thread)
        return true
    }

    func reopenForumTopic(_ deed: Deed) throws(BotAPIError) -> JSON {
        var (chat, thread, topic) = try topic(deed)
        guard topic.isClosed || reach == .anyone else { throw .badRequest("TOPIC_NOT_MODIFIED") }
        topic.isClosed = false
        chat.topics[thread] = topic
        announce(["forum_topic_reopened": [:]], in: chat, by: deed, thread: thread)
        return true
    }

    func deleteForumTopic(_ deed: Deed) throws(BotAPIError) -> JSON {
        let (chat, thread, _) = try topic(deed)
        chat.topics[thread] = nil
        let ids = chat.messages.ids.filter { chat.messages[$0]?["message_thread_id"]?.integer == thread }
        for id in ids { chat.messages.remove(id) }
        if deed.isBots, !ids.isEmpty { onSight(.deleted(chat: chat.id, messages: ids)) }
        return true
    }

    func unpinAllForumTopicMessages(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try forum(deed)
        try checkRights(to: "manage pinned messages in the chat", in: chat, as: deed)
        let thread = deed.arguments.integer("message_thread_id")
        chat.pinned.removeAll { chat.messages[$0]?["message_thread_id"]?.integer == thread }
        return true
    }

    /// Edits, closes, reopens, hides and shows the topic that every forum has.
    func changeGeneralForumTopic(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = try forum(deed)
        try checkRights(to: "manage topics in the chat", in: chat, as: deed)
        var topic = chat.topics[1] ?? SimulatedChat.Topic(name: "General", iconColor: 7_322_096)
        let message: JSON
        switch deed.name {
        case "editgeneralforumtopic":
            guard !deed.text("name").isEmpty else { throw .badRequest("topic name must be non-empty") }
            topic.name = deed.text("name")
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
        announce(message, in: chat, by: deed)
        return true
    }
}
