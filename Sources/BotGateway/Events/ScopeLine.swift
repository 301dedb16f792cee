import JSON

/// The first line that a child reads: the bot, and the chat or user that the child serves.
package struct ScopeLine {
    let scope: Scope
    /// The chat or user of the event that opened the scope; nil if none is found.
    private let route: Route?

    /// - Parameter event: the event that starts the child. Waiting events keep only their line, so it is parsed here.
    package init(openedBy event: IncomingEvent) {
        scope = event.scope
        guard let payload = try? JSON(parsing: event.line), let type = payload["type"]?.string else {
            route = nil
            return
        }
        route = Route(kind: String(type.dropFirst("telegram.".count)), payload: payload, of: event.scope)
    }

    /// The key and the object of the chat or user; nil if the event has none, or the scope is the whole bot.
    var party: (key: String, value: JSON)? {
        guard let key = route?.key, let party = route?.party else { return nil }
        return (key, party)
    }

    /// One line of JSON with its `\n`.
    ///
    /// - Parameters:
    ///   - bot: the User object from getMe.
    ///   - state: the value that a child of this scope stored; nil if there is none.
    package func bytes(bot: JSON, state: JSON?) -> [UInt8] {
        var line: JSON = ["type": "telegram"]
        if let (key, party) = party { line.set(key, party) }
        switch scope {
        case .topic(_, let thread): line.set("message_thread_id", JSON(thread))
        case .direct(_, let topic): line.set("direct_messages_topic_id", JSON(topic))
        case .business(let connection, _): line.set("business_connection_id", JSON(connection))
        case .chat, .user, .bot: break
        }
        line.set("spec_version", "1.0")
        line.set("bot", bot)
        if let state { line.set("state", state) }
        return line.bytes + [UInt8(ascii: "\n")]
    }

    /// Whether Telegram can show the bot's typing there: not in channels and their direct messages.
    var showsTyping: Bool {
        if case .direct = scope { return false }
        return scope.chat != nil && chatType != "channel"
            && route?.party?["is_direct_messages"]?.bool != true
    }

    /// The value of PIPEGRAM_CHAT_TYPE: `private`, `group`, `supergroup` or `channel`; nil if the scope has no chat.
    var chatType: String? { route?.key == "chat" ? route?.party?["type"]?.string : nil }
}
