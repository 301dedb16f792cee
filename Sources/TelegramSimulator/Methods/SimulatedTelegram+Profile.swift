import BotAPI
import JSON

/// The bot's profile and settings.
extension SimulatedTelegram {
    func getMe(_ request: Request) throws(BotAPIError) -> JSON {
        guard strictness == .strict else { return bot }
        var me = bot
        me.merge([
            "can_join_groups": true, "can_read_all_group_messages": JSON(seesAllGroupMessages),
            "supports_inline_queries": true, "can_connect_to_business": false, "has_main_web_app": false,
        ])
        let settings = Arguments(profile.settings)
        for key in me.keys where settings.has(key) { me.set(key, JSON(settings.flag(key))) }
        return me
    }

    func setMySettings(_ request: Request) throws(BotAPIError) -> JSON {
        profile.settings.merge(request.arguments.json)
        onAction(.other(method: "setMySettings", request.arguments.json))
        return true
    }

    /// Whether privacy mode is disabled, by setMySettings or from the start.
    var readsAllGroupMessages: Bool {
        let settings = Arguments(profile.settings)
        let key = "can_read_all_group_messages"
        return settings.has(key) ? settings.flag(key) : seesAllGroupMessages
    }

    func getFile(_ request: Request) throws(BotAPIError) -> JSON {
        try files.file(request.arguments)
    }

    // MARK: commands

    private func scope(_ request: Request) throws(BotAPIError) -> JSON? {
        guard request.arguments.has("scope"), !request.text("scope").isEmpty else { return nil }
        guard let scope = request.arguments.structure("scope"), scope["type"]?.string != nil else {
            throw .badRequest("can't parse BotCommandScope JSON object")
        }
        var named = scope
        for key in ["chat_id", "user_id"] {
            guard let text = scope[key]?.string else { continue }
            let id = Int64(text) ?? (strictness == .strict ? try? chats.chat(text).id : nil)
            if let id { named.set(key, JSON(id)) }
        }
        return named
    }

    func setMyCommands(_ request: Request) throws(BotAPIError) -> JSON {
        guard let commands = request.arguments.structure("commands"), commands.isArray else {
            throw .badRequest(
                request.text("commands").isEmpty ? "commands are empty" : "expected an Array of BotCommand")
        }
        guard commands.count <= 100 else { throw .badRequest("BOT_COMMANDS_TOO_MUCH") }
        var tidy: JSON = []
        for command in commands.elements { tidy.append(try tidied(command)) }
        for command in tidy.elements {
            guard command["command"]?.string?.utf8.allSatisfy(Self.isCommandLetter) == true else {
                throw .badRequest("BOT_COMMAND_INVALID")
            }
        }
        profile[try scope(request), request.text("language_code")] = tidy.count == 0 ? nil : tidy
        onAction(.other(method: "setMyCommands", request.arguments.json))
        return true
    }

    /// The `BotCommand` without surrounding space, and without a slash.
    private func tidied(_ command: JSON) throws(BotAPIError) -> JSON {
        guard let given = command["command"]?.string, let text = command["description"]?.string else {
            let field = command["command"]?.string == nil ? "command" : "description"
            throw .badRequest("can't parse BotCommand: Can't find field \"\(field)\"")
        }
        let trimmed = given.trimmed
        let name = trimmed.hasPrefix("/") ? String(trimmed.dropFirst()) : trimmed
        let description = text.trimmed
        guard !name.isEmpty else { throw .badRequest("command must be non-empty") }
        guard name.unicodeScalars.count <= 32 else { throw .badRequest("command length must not exceed 32") }
        guard !description.isEmpty else { throw .badRequest("command description must be non-empty") }
        guard description.unicodeScalars.count <= 256 else {
            throw .badRequest("command description length must not exceed 256")
        }
        return ["command": JSON(name), "description": JSON(description)]
    }

    private static func isCommandLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || byte == UInt8(ascii: "_")
    }

    func getMyCommands(_ request: Request) throws(BotAPIError) -> JSON {
        profile[try scope(request), request.text("language_code")] ?? []
    }

    func deleteMyCommands(_ request: Request) throws(BotAPIError) -> JSON {
        profile[try scope(request), request.text("language_code")] = nil
        onAction(.other(method: "deleteMyCommands", request.arguments.json))
        return true
    }

    /// The commands that a user sees in a chat: those of the narrowest scope that has any, in the user's language if
    /// there are some.
    func commands(in chat: SimulatedChat, for user: Int64) -> JSON {
        let language = shared.people[user]?["language_code"]?.string ?? ""
        for scope in Self.commandScopes(of: chat, for: user) {
            if let commands = profile[scope, language] ?? profile[scope, ""] { return commands }
        }
        return []
    }

    /// The names of the commands that a user sees in a chat with this id.
    package func commandNames(in chat: Int64, for user: Int64) -> [String] {
        guard let chat = chats[chat] else { return [] }
        return commands(in: chat, for: user).elements.compactMap { $0["command"]?.string }
    }

    /// From the narrowest to the widest.
    private static func commandScopes(of chat: SimulatedChat, for user: Int64) -> [JSON] {
        let id = JSON(chat.id)
        let own: JSON = ["type": "chat", "chat_id": id]
        switch chat.json["type"]?.string {
        case "private": return [own, ["type": "all_private_chats"], ["type": "default"]]
        case "channel": return []
        default: break
        }
        let status = chat.members[user]?.json["status"]?.string ?? ""
        let isAdministrator = ["creator", "administrator"].contains(status)
        let member: JSON = ["type": "chat_member", "chat_id": id, "user_id": JSON(user)]
        let administrators: [JSON] = isAdministrator ? [["type": "chat_administrators", "chat_id": id]] : []
        let all: [JSON] = isAdministrator ? [["type": "all_chat_administrators"]] : []
        return [member] + administrators + [own] + all + [["type": "all_group_chats"], ["type": "default"]]
    }

    // MARK: names

    private static let texts: [String: (key: String, method: String, limit: Int)] = [
        "myname": ("name", "setMyName", 64), "mydescription": ("description", "setMyDescription", 512),
        "myshortdescription": ("short_description", "setMyShortDescription", 120),
    ]

    func setMyText(_ request: Request) throws(BotAPIError) -> JSON {
        guard let kind = Self.texts[String(request.name.dropFirst(3))] else { throw .methodNotFound }
        let text = request.text(kind.key)
        guard text.unicodeScalars.count <= kind.limit else {
            throw .badRequest("bot \(kind.key.replacing("_", with: " ")) is too long")
        }
        profile.texts["\(kind.key) \(request.text("language_code"))"] = text.isEmpty ? nil : text
        onAction(.other(method: kind.method, request.arguments.json))
        return true
    }

    /// The text in the requested language, or else the default text.
    func getMyText(_ request: Request) throws(BotAPIError) -> JSON {
        guard let kind = Self.texts[String(request.name.dropFirst(3))] else { throw .methodNotFound }
        let given =
            profile.texts["\(kind.key) \(request.text("language_code"))"] ?? profile.texts["\(kind.key) "]
        return [kind.key: JSON(given ?? (kind.key == "name" ? bot["first_name"]?.string ?? "" : ""))]
    }

    // MARK: the menu button, and rights

    func setChatMenuButton(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = request.text("chat_id").isEmpty ? 0 : try chat(of: request).id
        guard chat >= 0 else { throw .badRequest("chat must be a private chat with the bot") }
        let button = request.arguments.structure("menu_button") ?? ["type": "default"]
        guard let type = button["type"]?.string, ["default", "commands", "web_app"].contains(type) else {
            throw .badRequest("MenuButton has unsupported type")
        }
        profile.menuButtons[chat] = button
        onAction(.other(method: "setChatMenuButton", request.arguments.json))
        return true
    }

    func getChatMenuButton(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = request.text("chat_id").isEmpty ? 0 : try chat(of: request, writing: false).id
        return profile.menuButtons[chat] ?? profile.menuButtons[0] ?? ["type": "commands"]
    }

    /// The menu button that the user of a private chat sees.
    func menuButton(in chat: Int64) -> JSON {
        let own = profile.menuButtons[chat].flatMap { $0["type"]?.string == "default" ? nil : $0 }
        let button = own ?? profile.menuButtons[0]
        return button?["type"]?.string == "web_app" ? button ?? [:] : ["type": "commands"]
    }

    func setMyDefaultAdministratorRights(_ request: Request) throws(BotAPIError) -> JSON {
        let isChannel = request.arguments.flag("for_channels")
        let wanted = request.arguments.structure("rights").map(Arguments.init)
        // Channels have no anonymous administrators.
        profile.administratorRights[isChannel] = wanted.map { wanted in
            AdministratorRights.object(isChannel: isChannel) {
                wanted.flag($0) && !(isChannel && $0 == "is_anonymous")
            }
        }
        return true
    }

    func getMyDefaultAdministratorRights(_ request: Request) throws(BotAPIError) -> JSON {
        let isChannel = request.arguments.flag("for_channels")
        return profile.administratorRights[isChannel]
            ?? AdministratorRights.object(isChannel: isChannel) { _ in false }
    }
}

extension String {
    /// The text without surrounding white space.
    fileprivate var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        return String(
            rest[..<(rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex)])
    }
}
