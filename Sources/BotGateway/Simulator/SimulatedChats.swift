import JSON

/// The chats that a simulated Telegram knows, from updates or from having been named in a call.
struct SimulatedChats {
    private struct Entry {
        var chat: JSON
        var lastMessageID: Int64 = 0
    }

    private var entries: [Int64: Entry] = [:]

    /// Remembers the chat of an update's payload, and how high its message ids have come.
    mutating func note(_ payload: JSON) {
        for message in [payload, payload["message"]] {
            guard let message, let chat = message["chat"], let id = chat["id"]?.integer else { continue }
            var entry = entries[id] ?? Entry(chat: chat)
            entry.chat = chat
            entry.lastMessageID = max(entry.lastMessageID, message["message_id"]?.integer ?? 0)
            entries[id] = entry
        }
    }

    /// The chat a call is for. One that never appeared is made up, as little as its id tells: a bot under
    /// test may write to whom it likes.
    ///
    /// Fails as Telegram does where `chat_id` is missing, or neither a number nor an `@name`.
    mutating func chat(for arguments: Arguments) throws(BotAPIError) -> JSON {
        let text = arguments.text("chat_id")
        guard !text.isEmpty else { throw .badRequest("chat_id is empty") }
        if text.hasPrefix("@") { return named(String(text.dropFirst())) }
        guard let id = Int64(text), id != 0 else { throw .badRequest("chat not found") }
        if let entry = entries[id] { return entry.chat }
        let chat: JSON = ["id": JSON(id), "type": JSON(Self.type(of: id))]
        entries[id] = Entry(chat: chat)
        return chat
    }

    mutating func nextMessageID(in chat: JSON) -> Int64 {
        guard let id = chat["id"]?.integer else { return 1 }
        entries[id, default: Entry(chat: chat)].lastMessageID += 1
        return entries[id]?.lastMessageID ?? 1
    }

    private mutating func named(_ name: String) -> JSON {
        let known = entries.values.first { $0.chat["username"]?.string?.lowercased() == name.lowercased() }
        if let known { return known.chat }
        let id = -1_009_000_000_000 - Int64(entries.count)
        let chat: JSON = [
            "id": JSON(id), "title": JSON(name), "username": JSON(name), "type": "channel",
        ]
        entries[id] = Entry(chat: chat)
        return chat
    }

    private static func type(of id: Int64) -> String {
        if id > 0 { return "private" }
        return id > -1_000_000_000_000 ? "group" : "supergroup"
    }
}
