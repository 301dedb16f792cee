import BotAPI
import JSON

/// The origin of an update, for `--allow-chat` and `--allow-user`. `Route` decides its destination.
extension Update {
    /// The chat in which it happened, and the chat on whose behalf a user wrote, voted or reacted there.
    var chats: [Int64] {
        let place = payload["chat"]?["id"]?.integer ?? payload["message"]?["chat"]?["id"]?.integer
        let guises = ["sender_chat", "voter_chat", "actor_chat"].map { payload[$0]?["id"]?.integer }
        return ([place] + guises).compactMap { $0 }
    }

    /// The User object of the sender. If there is none, the Chat object of a private chat, which has the same id.
    var sender: JSON? {
        if let user = payload["from"] ?? payload["user"], user.isObject { return user }
        guard let chat = payload["chat"], chat["type"]?.string == "private" else { return nil }
        return chat
    }

    /// The time of the update in seconds since 1970; nil if it has none.
    var time: Int64? {
        switch kind {
        // Its date is that of the first connection, even if the connection changes a year later.
        case "business_connection": nil
        case _ where kind.hasPrefix("edited_"): payload["edit_date"]?.integer ?? payload["date"]?.integer
        default: payload["date"]?.integer
        }
    }

    /// The old and new id, if the group became a supergroup. Messages in both report it.
    var migration: (old: Int64, new: Int64)? {
        guard kind == "message", let chat = payload["chat"]?["id"]?.integer else { return nil }
        if let new = payload["migrate_to_chat_id"]?.integer { return (chat, new) }
        return payload["migrate_from_chat_id"]?.integer.map { ($0, chat) }
    }
}
