import JSON

/// The rights of administrators, such as `can_pin_messages`.
enum AdministratorRights {
    private static let common = [
        "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
        "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
        "can_post_stories", "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
    ]

    /// The rights that exist in a channel or, if `isChannel` is false, in a group.
    static func names(isChannel: Bool) -> [String] {
        common
            + (isChannel
                ? ["can_post_messages", "can_edit_messages", "can_manage_direct_messages"]
                : ["can_pin_messages", "can_manage_topics", "can_manage_tags"])
    }

    /// An object with each right that exists there.
    static func object(isChannel: Bool, _ isGiven: (String) -> Bool) -> JSON {
        var rights: JSON = [:]
        for name in names(isChannel: isChannel) { rights.set(name, JSON(isGiven(name))) }
        return rights
    }
}
