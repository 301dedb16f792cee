import JSON

/// Builds a `RichText`: a string, an array, or an object of a type such as `bold`.
///
/// - SeeAlso: https://core.telegram.org/bots/api#richtext
enum RichText {
    /// A text of parts, with adjacent strings merged.
    ///
    /// - Parameter isSearched: whether Telegram looks for links, mentions and so on in its strings.
    static func joined(_ parts: [JSON], isSearched: Bool = false) -> JSON {
        var merged: [JSON] = []
        var string = ""
        for part in parts.flatMap({ $0.isArray ? $0.elements : [$0] }) {
            if let text = part.string {
                string += text
                continue
            }
            if !string.isEmpty { merged.append(JSON(string)) }
            string = ""
            merged.append(part)
        }
        if !string.isEmpty { merged.append(JSON(string)) }
        if isSearched {
            merged = merged.flatMap { part in part.string.map(found) ?? [part] }
        }
        return merged.count == 1 ? merged[0] : merged.isEmpty ? "" : JSON(merged)
    }

    /// Whether a text may stand for a custom emoji: an emoji or none, but no word.
    static func mayStand(_ alternative: String) -> Bool {
        !alternative.unicodeScalars.contains { $0.properties.isAlphabetic }
    }

    static func isEmpty(_ text: JSON) -> Bool { text.string == "" || text.isArray && text.count == 0 }

    /// The parts of a string with the entities that Telegram finds.
    private static func found(_ text: String) -> [JSON] {
        let entities = TextEntities.find(in: text)
        guard !entities.isEmpty else { return [JSON(text)] }
        let units = Array(text.utf16)
        var parts: [JSON] = []
        var end = 0
        func string(_ range: Range<Int>) -> String { String(decoding: units[range], as: UTF16.self) }
        for entity in entities {
            if entity.offset > end { parts.append(JSON(string(end..<entity.offset))) }
            parts.append(part(entity.kind, string(entity.offset..<entity.end)))
            end = entity.end
        }
        if end < units.count { parts.append(JSON(string(end..<units.count))) }
        return parts
    }

    private static func part(_ kind: TextEntity.Kind, _ text: String) -> JSON {
        let (type, key, value): (String, String, String) =
            switch kind {
            case .mention: ("mention", "username", String(text.dropFirst()))
            case .hashtag: ("hashtag", "hashtag", String(text.dropFirst()))
            case .cashtag: ("cashtag", "cashtag", String(text.dropFirst()))
            case .botCommand: ("bot_command", "bot_command", String(text.dropFirst()))
            case .email: ("email_address", "email_address", text)
            case .phoneNumber: ("phone_number", "phone_number", text)
            default: ("url", "url", MarkupLink.checked(text) ?? text)
            }
        var part: JSON = ["type": JSON(type), "text": JSON(text)]
        part.set(key, JSON(value))
        return part
    }

    /// Removes white space from the end.
    static func withoutEndSpace(_ text: JSON) -> JSON {
        if let string = text.string {
            let kept = string.unicodeScalars.reversed().drop { $0.value <= 0x20 }.reversed()
            return JSON(String(String.UnicodeScalarView(kept)))
        }
        if text.isArray {
            var parts = text.elements
            while let last = parts.popLast() {
                let rest = withoutEndSpace(last)
                if !isEmpty(rest) { return joined(parts + [rest]) }
            }
            return ""
        }
        guard let type = text["type"]?.string, type != "code", let content = text["text"] else { return text }
        let rest = withoutEndSpace(content)
        guard !isEmpty(rest) else { return "" }
        var text = text
        text.set("text", rest)
        return text
    }
}
