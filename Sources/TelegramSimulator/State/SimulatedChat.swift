import JSON

/// A chat of the simulated Telegram.
final class SimulatedChat {
    /// A member of a chat.
    struct Member {
        let user: JSON
        /// `creator`, `administrator`, `member`, `restricted`, `left` or `kicked`.
        var status: String
        /// Further properties of the `ChatMember`, such as `{"can_pin_messages":true}`.
        var rights: JSON?

        /// The `ChatMember`, with all properties that its status requires.
        var json: JSON {
            var member: JSON = ["user": user, "status": JSON(status)]
            for name in Self.required[status] ?? [] { member.set(name, false) }
            if ["kicked", "restricted"].contains(status) { member.set("until_date", 0) }
            rights.map { member.merge($0) }
            return member
        }

        private static let required = [
            "creator": ["is_anonymous"],
            "administrator": [
                "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
                "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
                "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
                "can_send_welcome_messages",
            ],
            "restricted": [
                "is_member", "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
                "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
                "can_send_other_messages", "can_add_web_page_previews", "can_react_to_messages",
                "can_edit_tag", "can_change_info",
                "can_invite_users", "can_pin_messages", "can_manage_topics",
            ],
        ]
    }

    /// A topic of a forum.
    struct Topic {
        var name: String
        let iconColor: Int64
        var iconEmoji: String?
        var isClosed = false
        var isHidden = false
    }

    let id: Int64
    /// The `Chat`, as in messages.
    var json: JSON
    var lastMessageID: Int64 = 0
    var messages: StoredMessages
    /// By user id; former members are included.
    var members: [Int64: Member] = [:]
    /// By `message_thread_id`; in a channel's direct messages by `topic_id`, which is the user's id.
    var topics: [Int64: Topic] = [:]
    /// Message ids, the last pinned one at the end.
    var pinned: [Int64] = []
    /// By message id, then by user id.
    var reactions: [Int64: [Int64: JSON]] = [:]
    /// The properties of the `ChatFullInfo` that aren't in `json`.
    fileprivate(set) var details: JSON?
    /// The reply keyboard, as `{"keyboard":[…]}`.
    var keyboard: JSON?
    /// Whether the user of a private chat has blocked the bot.
    var isBlocked = false
    /// Whether the chat is known only from updates or calls, so that its members and their rights are unknown.
    let isInferred: Bool

    init(_ json: JSON, id: Int64, isInferred: Bool, messages: StoredMessages) {
        (self.json, self.id, self.isInferred, self.messages) = (json, id, isInferred, messages)
    }

    var type: String { json["type"]?.string ?? "" }
    var isPrivate: Bool { id > 0 }
    var isChannel: Bool { type == "channel" }
    /// Whether it is the chat for messages to a channel.
    var isDirectMessages: Bool { json["is_direct_messages"]?.bool == true }
    var isForum: Bool { json["is_forum"]?.bool == true }
    /// The chat's type in errors, such as `bot was kicked from the group chat`.
    var kind: String {
        isPrivate ? "private" : isChannel ? "channel" : type == "supergroup" ? "supergroup" : "group"
    }

    /// The `chat_instance` of queries from this chat.
    var instance: String { String(0 &- (3_000_000_000_000_000_000 &+ id)) }

    func nextMessageID() -> Int64 {
        lastMessageID += 1
        return lastMessageID
    }

    /// The user's status; `left` for a user who has never been a member.
    func status(of user: Int64) -> String { members[user]?.status ?? "left" }

    func isAdministrator(_ user: Int64) -> Bool { ["creator", "administrator"].contains(status(of: user)) }

    func isMember(_ user: Int64) -> Bool { !["left", "kicked"].contains(status(of: user)) }

    func set(_ key: String, _ value: JSON?) {
        json[key] = value
    }

    func setDetail(_ key: String, _ value: JSON?) {
        if details == nil { details = [:] }
        details?[key] = value
    }
}
