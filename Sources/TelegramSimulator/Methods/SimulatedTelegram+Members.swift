import BotAPI
import JSON

/// The members of chats, and their rights.
extension SimulatedTelegram {
    /// The user with this `user_id`.
    func user(_ request: Request) throws(BotAPIError) -> (id: Int64, user: JSON) {
        guard let id = request.arguments.id("user_id") else { throw .badRequest("invalid user_id specified") }
        guard id > 0, let user = chats.person(id) else { throw .badRequest("user not found") }
        return (id, user)
    }

    private func memberOfGroup(_ request: Request) throws(BotAPIError) -> (SimulatedChat, Int64, JSON) {
        let chat = try chat(of: request)
        let (id, user) = try user(request)
        guard !chat.isPrivate else {
            throw .badRequest("method is available for supergroup and channel chats only")
        }
        return (chat, id, user)
    }

    /// Changes a member's status, and sends an update to the bots that may see the change.
    ///
    /// - Parameter way: the properties of the update that tell how the user joined, such as `invite_link`.
    func change(
        _ user: JSON, in chat: SimulatedChat, to status: String, rights: JSON? = nil, by request: Request,
        way: JSON = [:]
    ) {
        guard let id = user["id"]?.integer else { return }
        let old = chat.members[id] ?? SimulatedChat.Member(user: user, status: "left")
        let new = SimulatedChat.Member(user: user, status: status, rights: rights)
        let watching = bots(in: chat).filter { $0.watchesMembers(of: chat) && $0.botID != id }
        chat.members[id] = new
        endLater(new, id, in: chat)
        directMessages(of: chat)?.members[id] = new
        var update: JSON = [
            "chat": chat.json, "from": request.person ?? bot, "date": JSON(now()),
            "old_chat_member": old.json, "new_chat_member": new.json,
        ]
        update.merge(way)
        watching.forEach { $0.onUpdate("chat_member", update) }
        (id == botID ? self : bots[id])?.onUpdate("my_chat_member", update)
    }

    func banChatMember(_ request: Request) throws(BotAPIError) -> JSON {
        let (chat, id, user) = try memberOfGroup(request)
        try checkRights(to: "restrict/unrestrict chat member", "can_restrict_members", in: chat, as: request)
        try checkIsNoAdministrator(id, chat, request, owner: "can't remove chat owner")
        let wasMember = chat.isMember(id)
        change(user, in: chat, to: "kicked", rights: ["until_date": untilDate(request)], by: request)
        if wasMember, !chat.isChannel { announce(["left_chat_member": user], in: chat, by: request) }
        if request.isFromBot { onAction(.other(method: "banChatMember", request.arguments.json)) }
        return true
    }

    private func checkIsNoAdministrator(
        _ id: Int64, _ chat: SimulatedChat, _ request: Request, owner: String
    ) throws(BotAPIError) {
        guard id != request.personID ?? botID || strictness == .lenient else {
            throw .badRequest("can't restrict self")
        }
        guard chat.status(of: id) != "creator" else { throw .badRequest(owner) }
        guard request.isFromBot, chat.status(of: id) == "administrator" else { return }
        throw .badRequest("user is an administrator of the chat")
    }

    func unbanChatMember(_ request: Request) throws(BotAPIError) -> JSON {
        let (chat, id, user) = try memberOfGroup(request)
        try checkRights(to: "restrict/unrestrict chat member", "can_restrict_members", in: chat, as: request)
        guard
            chat.status(of: id) == "kicked" || chat.isMember(id) && !request.arguments.flag("only_if_banned")
        else {
            return true
        }
        change(user, in: chat, to: "left", by: request)
        if request.isFromBot { onAction(.other(method: "unbanChatMember", request.arguments.json)) }
        return true
    }

    func restrictChatMember(_ request: Request) throws(BotAPIError) -> JSON {
        let (chat, id, user) = try memberOfGroup(request)
        guard chat.type == "supergroup" || chat.isInferred else {
            throw .badRequest("method is available only for supergroups")
        }
        guard let permissions = request.arguments.structure("permissions"), permissions.isObject else {
            throw .badRequest("can't parse permissions JSON object")
        }
        try checkRights(to: "restrict/unrestrict chat member", "can_restrict_members", in: chat, as: request)
        try checkIsNoAdministrator(id, chat, request, owner: "can't restrict chat owner")
        var rights = permissions
        rights.set("is_member", JSON(chat.isMember(id)))
        rights.set("until_date", untilDate(request))
        let isFree = Self.permissions.allSatisfy { permissions[$0]?.bool == true }
        change(
            user, in: chat, to: isFree ? "member" : "restricted", rights: isFree ? nil : rights,
            by: request)
        if request.isFromBot { onAction(.other(method: "restrictChatMember", request.arguments.json)) }
        return true
    }

    static let permissions = ["can_send_messages", "can_send_photos", "can_send_documents", "can_send_polls"]

    /// Makes a member an administrator, or an ordinary member if no right is given. If a user names no rights, the
    /// member gets all rights except `is_anonymous`.
    func promoteChatMember(_ request: Request) throws(BotAPIError) -> JSON {
        let (chat, id, user) = try memberOfGroup(request)
        if request.isFromBot {
            try checkRights(
                to: "promote/demote chat administrators", "can_promote_members", in: chat, as: request)
        }
        guard chat.status(of: id) != "creator" else { throw .badRequest("can't remove chat owner") }
        let isNamed = AdministratorRights.names(isChannel: chat.isChannel).contains(
            where: request.arguments.has)
        var rights = AdministratorRights.object(isChannel: chat.isChannel) { right in
            isNamed ? request.arguments.flag(right) : !request.isFromBot && right != "is_anonymous"
        }
        let isAny = rights.members.contains { $0.value == true }
        rights.set("can_be_edited", JSON(request.isFromBot || id != botID))
        change(
            user, in: chat, to: isAny ? "administrator" : "member", rights: isAny ? rights : nil,
            by: request)
        if request.isFromBot { onAction(.other(method: "promoteChatMember", request.arguments.json)) }
        return true
    }

    func setChatAdministratorCustomTitle(_ request: Request) throws(BotAPIError) -> JSON {
        let (chat, id, _) = try memberOfGroup(request)
        let title = request.text("custom_title")
        guard title.unicodeScalars.count <= 16 else { throw .badRequest("ADMIN_RANK_INVALID") }
        guard let member = chat.members[id], member.status == "administrator" else {
            guard strictness == .lenient else { throw .badRequest("user is not an administrator") }
            return true
        }
        var rights = member.rights ?? [:]
        rights.set("custom_title", JSON(title))
        chat.members[id]?.rights = rights
        return true
    }

    // MARK: queries

    func getChatMember(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        let (id, user) = try user(request)
        if let member = chat.members[id] { return member.json }
        if chat.isPrivate {
            guard id == chat.id || id == botID else { throw .badRequest("member not found") }
            return ["user": user, "status": "member"]
        }
        guard chat.isInferred else { return ["user": user, "status": "left"] }
        return ["user": user, "status": "member"]
    }

    func getChatAdministrators(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        guard !chat.isPrivate else { throw .badRequest("there are no administrators in the private chat") }
        let ids = chat.members.keys.filter(chat.isAdministrator).sorted()
        if ids.isEmpty, chat.isInferred {
            return plausible("getChatAdministrators", request)
        }
        return JSON(ids.compactMap { chat.members[$0]?.json })
    }

    func getChatMemberCount(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        let count = chat.members.keys.filter(chat.isMember).count
        return JSON(chat.isPrivate || count == 0 ? 2 : count)
    }
}
