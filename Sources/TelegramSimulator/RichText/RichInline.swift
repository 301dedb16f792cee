import BotAPI
import JSON

/// Makes `RichText` of elements.
struct RichInline {
    private static let styles = [
        "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
        "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "mark": "marked",
        "sub": "subscript", "sup": "superscript", "tg-spoiler": "spoiler",
    ]

    let context: RichContext
    /// The names that links in the message can lead to.
    let anchors: Set<String>
    let references: Set<String>
    /// Whether the text before ends with white space, so that further space is left out.
    private var isAfterSpace = true

    init(_ context: RichContext, anchors: Set<String>, references: Set<String>) {
        (self.context, self.anchors, self.references) = (context, anchors, references)
    }

    /// The text of a block, without white space around it.
    mutating func text(of nodes: [RichNode]) throws(BotAPIError) -> JSON {
        isAfterSpace = true
        return RichText.withoutEndSpace(try joined(nodes, isSearched: context.isSearched))
    }

    private mutating func joined(_ nodes: [RichNode], isSearched: Bool) throws(BotAPIError) -> JSON {
        var parts: [JSON] = []
        for node in nodes {
            switch node {
            case .text(let text): parts.append(JSON(withSingleSpaces(text)))
            case .element(let element): parts.append(try part(element, isSearched))
            }
        }
        return RichText.joined(parts, isSearched: isSearched)
    }

    private mutating func withSingleSpaces(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            let isSpace = byte == 0x20 || 0x09...0x0D ~= byte
            if !isSpace || !isAfterSpace { result.append(isSpace ? 0x20 : byte) }
            isAfterSpace = isSpace
        }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func part(_ element: RichElement, _ isSearched: Bool) throws(BotAPIError) -> JSON {
        if let style = Self.styles[element.name] {
            return styled(style, try joined(element.children, isSearched: isSearched))
        }
        switch element.name {
        case "span" where element.attributes["class"] == "tg-spoiler":
            return styled("spoiler", try joined(element.children, isSearched: isSearched))
        case "code":
            isAfterSpace = false
            return styled("code", JSON(element.plainText))
        case "a": return try link(element)
        case "img": return try picture(element)
        case "tg-emoji": return try emoji(element.attributes["emoji-id"] ?? "", element.plainText)
        case "tg-time":
            let time = Int64(element.attributes["unix"] ?? "")
            return try date(
                time, element.attributes["format"] ?? "", try joined(element.children, isSearched: false))
        case "tg-reference":
            var reference = styled("reference", try joined(element.children, isSearched: isSearched))
            if reference.isObject { reference.set("name", JSON(element.attributes["name"] ?? "")) }
            return reference
        case "tg-math":
            isAfterSpace = false
            return ["type": "mathematical_expression", "expression": JSON(element.plainText)]
        case "tg-button":
            return ["type": "button", "button": try RichButton.read(element, text(ofButton: element))]
        case "br":
            isAfterSpace = true
            return "\n"
        default: return try joined(element.children, isSearched: isSearched)
        }
    }

    private func styled(_ type: String, _ text: JSON) -> JSON {
        RichText.isEmpty(text) ? "" : ["type": JSON(type), "text": text]
    }

    mutating func text(ofButton element: RichElement) throws(BotAPIError) -> JSON {
        let before = isAfterSpace
        defer { isAfterSpace = before }
        isAfterSpace = true
        return RichText.withoutEndSpace(try joined(element.children, isSearched: false))
    }

    // MARK: links

    private mutating func link(_ element: RichElement) throws(BotAPIError) -> JSON {
        guard let address = element.attributes["href"] else {
            let text = try joined(element.children, isSearched: context.isSearched)
            guard let name = element.attributes["name"], !name.isEmpty, RichText.isEmpty(text) else {
                return text
            }
            return ["type": "anchor", "name": JSON(name)]
        }
        let text = try joined(element.children, isSearched: false)
        return RichText.isEmpty(text) ? "" : try link(to: address, text)
    }

    private func link(to address: String, _ text: JSON) throws(BotAPIError) -> JSON {
        if address.hasPrefix("#") {
            let name = String(address.dropFirst())
            if references.contains(name) { return linked("reference_link", "reference_name", name, text) }
            if name.isEmpty || anchors.contains(name) {
                return linked("anchor_link", "anchor_name", name, text)
            }
            return linked("url", "url", address, text)
        }
        if let id = MarkupLink.userID(of: address) {
            guard let user = context.user(id) else { return text }
            return ["type": "text_mention", "text": text, "user": user]
        }
        let scheme = address.prefix { $0 != ":" }.lowercased()
        let rest = String(address.dropFirst(scheme.count + 1))
        switch scheme {
        case "mailto": return linked("email_address", "email_address", rest, text)
        case "tel": return linked("phone_number", "phone_number", rest, text)
        case "javascript", "data", "vbscript": return text
        default:
            guard let url = MarkupLink.checked(address) else { throw .rich("URL_INVALID") }
            return linked("url", "url", url, text)
        }
    }

    private func linked(_ type: String, _ key: String, _ value: String, _ text: JSON) -> JSON {
        var link: JSON = ["type": JSON(type), "text": text]
        link.set(key, JSON(value))
        return link
    }

    // MARK: emoji and dates

    /// A picture in a text can only be an emoji or a date.
    private mutating func picture(_ element: RichElement) throws(BotAPIError) -> JSON {
        let alternative = element.attributes["alt"] ?? ""
        guard let entity = MarkupLink.emojiOrTime(element.attributes["src"] ?? "", 0, 0) else { return "" }
        switch entity.detail {
        case .emoji(let id): return try emoji(id, alternative)
        case .time(let time, let format): return try date(time, format, JSON(alternative))
        default: return ""
        }
    }

    private mutating func emoji(_ id: String, _ alternative: String) throws(BotAPIError) -> JSON {
        isAfterSpace = false
        guard RichText.mayStand(alternative), let number = MarkupLink.exactInteger(id), number != 0 else {
            throw .rich("EMOJI_INVALID")
        }
        return ["type": "custom_emoji", "custom_emoji_id": JSON(id), "alternative_text": JSON(alternative)]
    }

    private func date(_ time: Int64?, _ format: String, _ text: JSON) throws(BotAPIError) -> JSON {
        guard let time, 0...Int64(Int32.max) ~= time, let format = MarkupLink.timeFormat(format) else {
            throw .rich("DATE_INVALID")
        }
        if RichText.isEmpty(text) { return "" }
        return ["type": "date_time", "text": text, "unix_time": JSON(time), "date_time_format": JSON(format)]
    }
}
