import BotAPI
import JSON

/// Invite links, and users' requests to join.
extension SimulatedTelegram {
    private func chatToInvite(_ request: Request) throws(BotAPIError) -> SimulatedChat {
        let chat = try chat(of: request)
        guard !chat.isPrivate else { throw .badRequest("can't invite members to a private chat") }
        try checkRights(to: "manage chat invite link", "can_invite_users", in: chat, as: request)
        return chat
    }

    /// Replaces the chat's primary link.
    func exportChatInviteLink(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chatToInvite(request)
        if let old = shared.invites.primary(of: chat.id) { shared.invites[old]?.json.set("is_revoked", true) }
        let link = shared.invites.add(inviteLink([:], isPrimary: true), to: chat.id)
        onAction(.other(method: "exportChatInviteLink", request.arguments.json))
        return link["invite_link"] ?? ""
    }

    func createChatInviteLink(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chatToInvite(request)
        return shared.invites.add(inviteLink(try linkProperties(request)), to: chat.id)
    }

    func createChatSubscriptionInviteLink(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chatToInvite(request)
        var properties: JSON = [:]
        for key in ["subscription_period", "subscription_price"] {
            guard let number = request.arguments.integer(key), number > 0 else {
                throw .badRequest("\(key) must be a positive number")
            }
            properties.set(key, JSON(number))
        }
        properties.merge(try name(request))
        return shared.invites.add(inviteLink(properties), to: chat.id)
    }

    private func inviteLink(_ properties: JSON, isPrimary: Bool = false) -> JSON {
        var link: JSON = [
            "creator": bot, "creates_join_request": false, "is_primary": JSON(isPrimary), "is_revoked": false,
        ]
        link.merge(properties)
        return link
    }

    private func linkProperties(_ request: Request) throws(BotAPIError) -> JSON {
        var properties = try name(request)
        for key in ["expire_date", "member_limit"] {
            guard let number = request.arguments.integer(key), number > 0 else { continue }
            properties.set(key, JSON(number))
        }
        let asks = request.arguments.flag("creates_join_request")
        guard !asks || properties["member_limit"] == nil else {
            throw .badRequest("member limit can't be specified for links requiring administrator approval")
        }
        properties.set("creates_join_request", JSON(asks))
        return properties
    }

    private func name(_ request: Request) throws(BotAPIError) -> JSON {
        let name = request.text("name")
        guard name.unicodeScalars.count <= 32 else { throw .badRequest("invite link name is too long") }
        return name.isEmpty ? [:] : ["name": JSON(name)]
    }

    /// Replaces all properties of a link: those that the request leaves out are removed.
    func editChatInviteLink(_ request: Request) throws(BotAPIError) -> JSON {
        try changeLink(request) { link throws(BotAPIError) in
            for key in ["name", "expire_date", "member_limit"] { link.remove(key) }
            link.merge(try linkProperties(request))
        }
    }

    func editChatSubscriptionInviteLink(_ request: Request) throws(BotAPIError) -> JSON {
        try changeLink(request) { link throws(BotAPIError) in
            link.remove("name")
            link.merge(try name(request))
        }
    }

    func revokeChatInviteLink(_ request: Request) throws(BotAPIError) -> JSON {
        try changeLink(request) { link in link.set("is_revoked", true) }
    }

    private func changeLink(
        _ request: Request, _ change: (inout JSON) throws(BotAPIError) -> Void
    ) throws(BotAPIError) -> JSON {
        let chat = try chatToInvite(request)
        let address = request.text("invite_link")
        var link = shared.invites[address]
        if link == nil, strictness == .lenient {
            var json = inviteLink([:])
            json.set("invite_link", JSON(address))
            link = InviteLinks.Link(json: json, chat: chat.id)
        }
        guard var link, link.chat == chat.id, !link.isRevoked else {
            throw .badRequest("INVITE_HASH_EXPIRED")
        }
        try change(&link.json)
        if shared.invites[address] != nil { shared.invites[address] = link }
        return link.json
    }

    // MARK: requests to join

    /// Joins the chat of an invite link, or asks its administrators. Returns the `Chat`, or the `ChatJoinRequest`.
    func join(by address: String, _ request: Request) throws(BotAPIError) -> JSON {
        guard let person = request.person, let id = request.personID else { throw .methodNotFound }
        guard let link = shared.invites[address], link.isOpen(at: now()), let chat = chats[link.chat]
        else {
            throw .badRequest("INVITE_HASH_EXPIRED")
        }
        guard chat.status(of: id) != "kicked" else { throw .badRequest("USER_BANNED_IN_CHANNEL") }
        guard !chat.isMember(id) else { return chat.json }
        guard link.asksForApproval else {
            shared.invites[address]?.uses += 1
            enter(person, into: chat, by: ["invite_link": link.json])
            return chat.json
        }
        return askToJoin(chat, person, id, by: link)
    }

    private func askToJoin(
        _ chat: SimulatedChat, _ person: JSON, _ id: Int64, by link: InviteLinks.Link
    ) -> JSON {
        let isNew = !shared.invites.hasRequest(of: id, to: chat.id)
        shared.invites.addRequest(of: id, to: chat.id, by: link.json)
        let asking: JSON = [
            "chat": chat.json, "from": person, "user_chat_id": JSON(id), "date": JSON(now()),
            "invite_link": link.json,
        ]
        guard isNew else { return asking }
        for bot in bots(in: chat) where has("can_invite_users", bot.botID, in: chat) {
            bot.onUpdate("chat_join_request", asking)
        }
        return asking
    }

    func approveChatJoinRequest(_ request: Request) throws(BotAPIError) -> JSON {
        let (chat, person, link) = try requestToJoin(request)
        if let link {
            var way: JSON = ["via_join_request": true]
            if link.isObject { way.set("invite_link", link) }
            enter(person, into: chat, by: way)
        }
        onAction(.other(method: "approveChatJoinRequest", request.arguments.json))
        return true
    }

    func declineChatJoinRequest(_ request: Request) throws(BotAPIError) -> JSON {
        _ = try requestToJoin(request)
        onAction(.other(method: "declineChatJoinRequest", request.arguments.json))
        return true
    }

    /// Ends the request of the user with this `user_id`. The link is nil if, in lenient mode, the request is unknown.
    private func requestToJoin(
        _ request: Request
    ) throws(BotAPIError) -> (chat: SimulatedChat, person: JSON, link: JSON?) {
        let chat = try chatToInvite(request)
        let (id, person) = try user(request)
        let link = shared.invites.takeRequest(of: id, to: chat.id)
        guard link != nil || strictness == .lenient else {
            throw .badRequest(chat.isMember(id) ? "USER_ALREADY_PARTICIPANT" : "HIDE_REQUESTER_MISSING")
        }
        return (chat, person, link)
    }
}
