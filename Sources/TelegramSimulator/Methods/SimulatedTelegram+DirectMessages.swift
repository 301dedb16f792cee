import BotAPI
import JSON

/// The direct messages of a channel: a chat with a topic for each user who writes there.
extension SimulatedTelegram {
    /// Returns the `Chat` for messages to the channel with this `chat_id`. It is created if there is none.
    func openDirectMessages(_ request: Request) throws(BotAPIError) -> JSON {
        let channel = try chats.chat(request.text("chat_id"))
        guard channel.isChannel else { throw .badRequest("the chat is not a channel") }
        if let chat = directMessages(of: channel) { return chat.json }
        let id = try chats.groupID(wanted: request.arguments.id("id"), isBasic: false)
        let json: JSON = [
            "id": JSON(id), "title": channel.json["title"] ?? "", "type": "supergroup",
            "is_direct_messages": true,
        ]
        let chat = chats.add(json, id: id, isInferred: channel.isInferred)
        chat.members = channel.members
        chat.setDetail("parent_chat", channel.json)
        return json
    }

    /// The chat for messages to a channel; nil if there is none.
    func directMessages(of channel: SimulatedChat) -> SimulatedChat? {
        guard channel.isChannel else { return nil }
        return shared.groups.values.first { $0.details?["parent_chat"]?["id"]?.integer == channel.id }
    }

    /// The `DirectMessagesTopic` of a new message; nil outside of direct messages.
    ///
    /// A user writes in a topic of their own. The channel's administrators and the bot must name the topic.
    func directMessagesTopic(
        of request: Request, in chat: SimulatedChat, inReplyTo original: JSON?
    ) throws(BotAPIError) -> JSON? {
        let named =
            request.arguments.id("direct_messages_topic_id")
            ?? original?["direct_messages_topic"]?["topic_id"]?.integer
        guard chat.isDirectMessages else {
            // A log may not show that the chat is one.
            return strictness == .lenient ? named.map { ["topic_id": JSON($0)] } : nil
        }
        if let person = request.person, let id = request.personID, !chat.isAdministrator(id) {
            let name = person["first_name"]?.string ?? ""
            chat.topics[id] = chat.topics[id] ?? SimulatedChat.Topic(name: name, iconColor: 0)
            return topic(id)
        }
        guard let id = named else {
            guard strictness == .strict else { return nil }
            throw .badRequest("direct messages topic must be specified")
        }
        guard strictness == .lenient || chat.topics[id] != nil else { throw .badRequest("topic not found") }
        return topic(id)
    }

    private func topic(_ id: Int64) -> JSON {
        var topic: JSON = ["topic_id": JSON(id)]
        shared.people[id].map { topic.set("user", $0) }
        return topic
    }
}
