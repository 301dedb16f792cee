import BotAPI
import JSON

/// Actions that only users perform: they create accounts and groups, join chats, and block the bot.
extension SimulatedTelegram {
    /// Creates a user with `id` (default: the next free id), `first_name`, `last_name`, `username`, `language_code`, …
    /// Returns the `User`.
    func createUser(_ request: Request) throws(BotAPIError) -> JSON {
        let id =
            request.arguments.id("id") ?? shared.freePersonID(from: 42, besides: bots.ids)
        guard SharedState.personIDs.contains(id), bots[id] == nil else {
            throw .badRequest("user id \(id) is taken or invalid")
        }
        let name = request.text("first_name").isEmpty ? "User \(id)" : request.text("first_name")
        var user: JSON = [
            "id": JSON(id), "is_bot": JSON(request.arguments.flag("is_bot")), "first_name": JSON(name),
        ]
        let username = request.text("username")
        guard username.isEmpty || !bots.all.contains(where: { $0.isNamed("@\(username)") }) else {
            throw .badRequest("username \(username) is taken by a bot")
        }
        for (key, value) in request.arguments.json.members where user[key] == nil && key != "chat_id" {
            user.set(key, value)
        }
        shared.learn(person: user)
        return user
    }

    /// Sends `/start`, followed by the `payload` of a link to the bot.
    func start(_ request: Request) throws(BotAPIError) -> JSON {
        let payload = request.text("payload")
        return try sendMessage(request.with(["text": JSON(payload.isEmpty ? "/start" : "/start \(payload)")]))
    }

    // MARK: groups and channels

    /// Creates a group with its creator and the bot. The parameters are `title`, `is_forum`, `type` (`group` or, by
    /// default, `supergroup`), `username`, `id`, `with_bot` (false leaves the bot out), and `bot_rights`, an object: the
    /// bot becomes an administrator with these rights. Returns the `Chat`.
    func createGroup(_ request: Request) throws(BotAPIError) -> JSON {
        let isBasic = request.text("type") == "group" && !request.arguments.flag("is_forum")
        return try create(isBasic ? "group" : "supergroup", request)
    }

    /// Creates a channel with the same parameters. The bot becomes an administrator.
    func createChannel(_ request: Request) throws(BotAPIError) -> JSON { try create("channel", request) }

    private func create(_ type: String, _ request: Request) throws(BotAPIError) -> JSON {
        guard let person = request.person, let creator = request.personID else { throw .methodNotFound }
        guard !request.arguments.has("id") || request.arguments.id("id") != nil else {
            throw .badRequest(
                "invalid id '\(request.text("id"))': it must be a whole number, such as -1001234567890")
        }
        let id = try chats.groupID(wanted: request.arguments.id("id"), isBasic: type == "group")
        let title =
            request.text("title").isEmpty
            ? type.prefix(1).uppercased() + type.dropFirst() : request.text("title")
        var json: JSON = ["id": JSON(id), "title": JSON(title)]
        if !request.text("username").isEmpty { json.set("username", JSON(request.text("username"))) }
        json.set("type", JSON(type))
        if request.arguments.flag("is_forum"), type == "supergroup" { json.set("is_forum", true) }
        let chat = chats.add(json, id: id, isInferred: false)
        chat.members[creator] = SimulatedChat.Member(user: person, status: "creator")
        if !request.arguments.has("with_bot") || request.arguments.flag("with_bot") {
            enterBot(chat, by: request)
        }
        return chat.json
    }

    /// Adds the bot to a chat. In a channel, a bot is always an administrator. By default, it has the rights that
    /// Telegram's apps suggest there.
    private func enterBot(_ chat: SimulatedChat, by request: Request) {
        let named = request.arguments.structure("bot_rights").map(Arguments.init)
        var rights = AdministratorRights.object(isChannel: chat.isChannel) { right in
            named?.flag(right) ?? !["is_anonymous", "can_promote_members"].contains(right)
        }
        rights.set("can_be_edited", false)
        let isAdministrator = chat.isChannel || named != nil
        change(
            bot, in: chat, to: isAdministrator ? "administrator" : "member",
            rights: isAdministrator ? rights : nil, by: request)
        if !chat.isChannel { announce(["new_chat_members": [bot]], in: chat, by: request) }
    }

    /// The group or channel with this `chat_id`. The user needn't be a member.
    private func publicChat(_ request: Request) throws(BotAPIError) -> SimulatedChat {
        guard !bots.all.contains(where: { $0.isNamed(request.text("chat_id")) }) else {
            throw .badRequest("\(request.text("chat_id")) is a bot: chat_id must name a group or channel")
        }
        let chat = try chats.chat(request.text("chat_id"))
        guard !chat.isPrivate else { throw .badRequest("chat not found") }
        return chat
    }

    /// Joins a chat, or the chat of an `invite_link`. Returns the `Chat`, even if the user is already a member.
    func joinChat(_ request: Request) throws(BotAPIError) -> JSON {
        if request.arguments.has("invite_link") { return try join(by: request.text("invite_link"), request) }
        let chat = try publicChat(request)
        guard let person = request.person, let id = request.personID else { throw .methodNotFound }
        guard chat.status(of: id) != "kicked" else { throw .badRequest("USER_BANNED_IN_CHANNEL") }
        if !chat.isMember(id) { enter(person, into: chat) }
        return chat.json
    }

    /// - Parameter way: the properties of the update that tell how the user joined, such as `invite_link`.
    func enter(_ person: JSON, into chat: SimulatedChat, by way: JSON = [:]) {
        let request = Request(name: "joinchat", arguments: Arguments([:]), files: [], person: person)
        change(person, in: chat, to: "member", by: request, way: way)
        if !chat.isChannel { announce(["new_chat_members": [person]], in: chat, by: request) }
    }

    /// Adds the bot to a chat. Returns the `Chat`, even if the bot is already a member.
    func addBot(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try publicChat(request)
        if !chat.isMember(botID) { enterBot(chat, by: request) }
        return chat.json
    }

    /// Bans the bot from a chat.
    func removeBot(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try publicChat(request)
        guard chat.isInferred || chat.isMember(botID) else { throw .badRequest("USER_NOT_PARTICIPANT") }
        change(bot, in: chat, to: "kicked", rights: ["until_date": 0], by: request)
        if !chat.isChannel { announce(["left_chat_member": bot], in: chat, by: request) }
        return true
    }

    // MARK: the private chat

    func blockBot(_ request: Request) throws(BotAPIError) -> JSON { try setBlocked(true, request) }

    func unblockBot(_ request: Request) throws(BotAPIError) -> JSON { try setBlocked(false, request) }

    private func setBlocked(_ isBlocked: Bool, _ request: Request) throws(BotAPIError) -> JSON {
        guard let person = request.person, let id = request.personID else { throw .methodNotFound }
        let chat = chats.privateChat(with: person, id: id)
        guard chat.isBlocked != isBlocked else { return true }
        chat.isBlocked = isBlocked
        let rights: JSON? = isBlocked ? ["until_date": 0] : nil
        chat.members[botID] = SimulatedChat.Member(user: bot, status: isBlocked ? "member" : "kicked")
        change(bot, in: chat, to: isBlocked ? "kicked" : "member", rights: rights, by: request)
        return true
    }
}
