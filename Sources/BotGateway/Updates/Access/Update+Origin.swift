import BotAPI
import JSON

/// Where an update is from, as `--allow-chat` and `--allow-user` ask; `Route` says where it goes.
extension Update {
    /// The chat in which it happened, and the chat as which somebody wrote, voted or reacted there.
    var chats: [Int64] {
        let place = payload["chat"]?["id"]?.integer ?? payload["message"]?["chat"]?["id"]?.integer
        let guises = ["sender_chat", "voter_chat", "actor_chat"].map { payload[$0]?["id"]?.integer }
        return ([place] + guises).compactMap { $0 }
    }

    /// Who did it: a User, or the private chat with one where nobody else is named.
    var sender: JSON? {
        if let user = payload["from"] ?? payload["user"], user.isObject { return user }
        guard let chat = payload["chat"], chat["type"]?.string == "private" else { return nil }
        return chat
    }

    /// When it happened, in seconds since 1970; nil where that isn't told.
    var time: Int64? {
        switch kind {
        // It tells when the account was connected, also when something about that changes a year later.
        case "business_connection": nil
        case _ where kind.hasPrefix("edited_"): payload["edit_date"]?.integer ?? payload["date"]?.integer
        default: payload["date"]?.integer
        }
    }

    /// That a group has become a supergroup, which either of them tells.
    var migration: (old: Int64, new: Int64)? {
        guard kind == "message", let chat = payload["chat"]?["id"]?.integer else { return nil }
        if let new = payload["migrate_to_chat_id"]?.integer { return (chat, new) }
        return payload["migrate_from_chat_id"]?.integer.map { ($0, chat) }
    }
}
