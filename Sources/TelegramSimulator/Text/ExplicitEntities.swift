import BotAPI
import JSON

/// Parses a call's parameter `entities`, which replaces markup, like Telegram.
enum ExplicitEntities {
    /// - Parameter json: an array of `MessageEntity`; anything else counts as empty.
    /// - Throws: `can't parse MessageEntity: …`.
    static func read(_ json: JSON?) throws(BotAPIError) -> [TextEntity] {
        var entities: [TextEntity] = []
        for element in json?.elements ?? [] {
            if let entity = try read(element) { entities.append(entity) }
        }
        return entities
    }

    /// Nil for entities that Telegram finds itself or ignores.
    private static func read(_ json: JSON) throws(BotAPIError) -> TextEntity? {
        guard json.isObject else { throw unreadable("expected an Object") }
        let offset = try number("offset", in: json)
        let length = try number("length", in: json)
        let type = json["type"]?.string ?? ""
        guard !type.isEmpty else { throw unreadable("Type is not specified") }
        // Only Telegram sets this type, but bots that receive it may send it back.
        if type == "bank_card_number" { return nil }
        guard let kind = TextEntity.Kind(rawValue: type) else {
            throw unreadable("Unsupported type specified")
        }
        var entity = TextEntity(kind, offset, length)
        guard !entity.isFound else { return nil }
        switch kind {
        case .pre:
            let language = json["language"]?.string ?? ""
            if !language.isEmpty { entity.detail = .language(language) }
        case .textLink:
            let url = try string("url", in: json)
            guard !url.isEmpty else { return nil }
            guard let link = MarkupLink.entity(for: url, offset, length) else {
                throw .badRequest("entity URL '\(url)' is invalid: Wrong HTTP URL")
            }
            entity = link
        case .textMention:
            guard let user = json["user"] else { throw unreadable("Can't find field \"user\"") }
            entity.detail = .user(Int64(try number("id", in: user)))
        case .customEmoji:
            let id = try string("custom_emoji_id", in: json)
            guard let number = MarkupLink.exactInteger(id), number != 0 else {
                throw .badRequest("invalid custom emoji identifier specified")
            }
            entity.detail = .emoji(id)
        case .dateTime:
            let time = try number("unix_time", in: json)
            guard let format = MarkupLink.timeFormat(json["date_time_format"]?.string ?? "") else {
                throw unreadable("Invalid date-time format specified")
            }
            guard time > 0 else { return nil }
            entity.detail = .time(Int64(time), format: format)
        default: break
        }
        return entity
    }

    private static func unreadable(_ words: String) -> BotAPIError {
        .badRequest("can't parse MessageEntity: \(words)")
    }

    private static func number(_ name: String, in json: JSON) throws(BotAPIError) -> Int {
        guard let value = json[name] else { throw unreadable("Can't find field \"\(name)\"") }
        // Telegram accepts a number in a string.
        guard let number = value.integer ?? value.string.flatMap({ Int64($0) }) else {
            throw unreadable("Field \"\(name)\" must be of type Number")
        }
        return Int(number)
    }

    private static func string(_ name: String, in json: JSON) throws(BotAPIError) -> String {
        guard let value = json[name] else { throw unreadable("Can't find field \"\(name)\"") }
        guard let string = value.string ?? value.integer.map({ String($0) }) else {
            throw unreadable("Field \"\(name)\" must be of type String")
        }
        return string
    }
}
