import JSON

/// What the bot says of itself.
extension SimulatedTelegram {
    func getMe(_ deed: Deed) throws(BotAPIError) -> JSON {
        guard reach == .acquaintances else { return bot }
        let me = bot.copy
        me.merge([
            "can_join_groups": true, "can_read_all_group_messages": JSON(seesAllGroupMessages),
            "supports_inline_queries": true, "can_connect_to_business": false, "has_main_web_app": false,
        ])
        return me
    }

    func getFile(_ deed: Deed) throws(BotAPIError) -> JSON {
        try files.file(deed.arguments)
    }

    func getUserProfilePhotos(_ deed: Deed) throws(BotAPIError) -> JSON {
        guard let id = deed.arguments.id("user_id"), chats.person(id) != nil else {
            throw .badRequest("user not found")
        }
        return ["total_count": 0, "photos": []]
    }

    // MARK: commands

    private func scope(_ deed: Deed) throws(BotAPIError) -> JSON? {
        guard deed.arguments.has("scope"), !deed.text("scope").isEmpty else { return Optional.none }
        guard let scope = deed.arguments.structure("scope"), scope["type"]?.string != nil else {
            throw .badRequest("can't parse BotCommandScope JSON object")
        }
        return scope
    }

    func setMyCommands(_ deed: Deed) throws(BotAPIError) -> JSON {
        guard let commands = deed.arguments.structure("commands"), commands.isArray else {
            throw .badRequest(
                deed.text("commands").isEmpty ? "commands are empty" : "expected an Array of BotCommand")
        }
        guard commands.count <= 100 else { throw .badRequest("BOT_COMMANDS_TOO_MUCH") }
        let tidy = JSON([])
        for command in commands.elements { tidy.append(try tidied(command)) }
        for command in tidy.elements {
            guard command["command"]?.string?.utf8.allSatisfy(Self.isCommandLetter) == true else {
                throw .badRequest("BOT_COMMAND_INVALID")
            }
        }
        profile[try scope(deed), deed.text("language_code")] = tidy.count == 0 ? Optional.none : tidy
        onSight(.other(method: "setMyCommands", deed.arguments.json))
        return true
    }

    /// A `BotCommand` without space around, and without a slash.
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

    func getMyCommands(_ deed: Deed) throws(BotAPIError) -> JSON {
        profile[try scope(deed), deed.text("language_code")] ?? []
    }

    func deleteMyCommands(_ deed: Deed) throws(BotAPIError) -> JSON {
        profile[try scope(deed), deed.text("language_code")] = Optional.none
        onSight(.other(method: "deleteMyCommands", deed.arguments.json))
        return true
    }

    // MARK: names

    private static let texts: [String: (key: String, method: String, limit: Int)] = [
        "myname": ("name", "setMyName", 64), "mydescription": ("description", "setMyDescription", 512),
        "myshortdescription": ("short_description", "setMyShortDescription", 120),
    ]

    func setMyText(_ deed: Deed) throws(BotAPIError) -> JSON {
        guard let kind = Self.texts[String(deed.name.dropFirst(3))] else { throw .methodNotFound }
        let text = deed.text(kind.key)
        guard text.unicodeScalars.count <= kind.limit else {
            throw .badRequest("bot \(kind.key.replacing("_", with: " ")) is too long")
        }
        profile.texts["\(kind.key) \(deed.text("language_code"))"] = text.isEmpty ? nil : text
        onSight(.other(method: kind.method, deed.arguments.json))
        return true
    }

    /// In the language that was asked for, or else in that of everybody.
    func getMyText(_ deed: Deed) throws(BotAPIError) -> JSON {
        guard let kind = Self.texts[String(deed.name.dropFirst(3))] else { throw .methodNotFound }
        let given =
            profile.texts["\(kind.key) \(deed.text("language_code"))"] ?? profile.texts["\(kind.key) "]
        let answer: JSON = [:]
        answer.set(kind.key, JSON(given ?? (kind.key == "name" ? bot["first_name"]?.string ?? "" : "")))
        return answer
    }

    // MARK: the menu button, and rights

    func setChatMenuButton(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = deed.text("chat_id").isEmpty ? 0 : try chat(of: deed).id
        guard chat >= 0 else { throw .badRequest("chat must be a private chat with the bot") }
        let button = deed.arguments.structure("menu_button") ?? ["type": "default"]
        guard let type = button["type"]?.string, ["default", "commands", "web_app"].contains(type) else {
            throw .badRequest("MenuButton has unsupported type")
        }
        profile.menuButtons[chat] = button
        onSight(.other(method: "setChatMenuButton", deed.arguments.json))
        return true
    }

    func getChatMenuButton(_ deed: Deed) throws(BotAPIError) -> JSON {
        let chat = deed.text("chat_id").isEmpty ? 0 : try chat(of: deed, writing: false).id
        return profile.menuButtons[chat] ?? profile.menuButtons[0] ?? ["type": "commands"]
    }

    func setMyDefaultAdministratorRights(_ deed: Deed) throws(BotAPIError) -> JSON {
        profile.administratorRights[deed.arguments.flag("for_channels")] = deed.arguments.structure("rights")
        return true
    }

    func getMyDefaultAdministratorRights(_ deed: Deed) throws(BotAPIError) -> JSON {
        profile.administratorRights[deed.arguments.flag("for_channels")]
            ?? plausible("getMyDefaultAdministratorRights", deed)
    }
}

extension String {
    /// Without space around.
    fileprivate var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        return String(
            rest[..<(rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex)])
    }
}
