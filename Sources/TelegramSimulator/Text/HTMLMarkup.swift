import BotAPI

/// Parses the Bot API's HTML: a few tags, and the references `&lt;`, `&gt;`, `&amp;`, `&quot;` and numbers.
struct HTMLMarkup {
    private struct Open {
        let tag: String
        /// The value of its attribute, such as a link, a language, or an emoji's id.
        var value = ""
        /// A date's format.
        var format = ""
        let offset: Int
        /// The index in the output where its text begins.
        let begin: Int
    }

    private static let styles: [String: TextEntity.Kind] = [
        "b": .bold, "strong": .bold, "i": .italic, "em": .italic, "u": .underline, "ins": .underline,
        "s": .strikethrough, "strike": .strikethrough, "del": .strikethrough, "tg-spoiler": .spoiler,
        "span": .spoiler, "pre": .pre, "code": .code, "blockquote": .blockquote, "a": .textLink,
        "tg-emoji": .customEmoji, "tg-time": .dateTime,
    ]

    private var bytes: MarkupBytes
    private var entities: [TextEntity] = []
    private var open: [Open] = []
    private var index = 0
    private var hasSurrogates = false

    init(_ text: String) { bytes = MarkupBytes(text) }

    mutating func parsed() throws(BotAPIError) -> Markup.Parsed {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "&"): keepCharacter()
            case UInt8(ascii: "<") where bytes[index + 1] == UInt8(ascii: "/"): try end()
            case UInt8(ascii: "<"): try begin()
            default:
                bytes.keep(bytes[index])
                index += 1
            }
        }
        if let innermost = open.last {
            throw .markup("Can't find end tag corresponding to start tag \"\(innermost.tag)\"")
        }
        guard !hasSurrogates else {
            throw .markup(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
            )
        }
        for index in entities.indices where entities[index].kind == .code { entities[index].detail = .none }
        return (String(decoding: bytes.output, as: UTF8.self), entities.inOrder())
    }

    // MARK: characters

    private mutating func keepCharacter() {
        guard let (code, next) = character(at: index) else {
            bytes.keep(bytes[index])
            index += 1
            return
        }
        if Unicode.Scalar(code) == nil { hasSurrogates = true }
        bytes.keep(Unicode.Scalar(code) ?? "\u{FFFD}")
        index = next
    }

    /// - Returns: a code point, possibly a surrogate, and the index after the reference; nil for an unknown reference.
    private func character(at start: Int) -> (code: UInt32, next: Int)? {
        var next = start + 1
        var code: UInt32 = 0
        if bytes[next] == UInt8(ascii: "#") {
            let isHexadecimal = bytes[next + 1] == UInt8(ascii: "x")
            next += isHexadecimal ? 2 : 1
            while let digit = Character(Unicode.Scalar(bytes[next])).hexDigitValue,
                digit < 10 || isHexadecimal
            {
                code = code &* (isHexadecimal ? 16 : 10) &+ UInt32(digit)
                next += 1
            }
            guard code != 0, code < 0x10FFFF, next - start < 10 else { return nil }
        } else {
            while bytes[next].isASCIILetter { next += 1 }
            switch bytes.string(start + 1..<next) {
            case "lt": code = 0x3C
            case "gt": code = 0x3E
            case "amp": code = 0x26
            case "quot": code = 0x22
            default: return nil
            }
        }
        return (code, bytes[next] == UInt8(ascii: ";") ? next + 1 : next)
    }

    // MARK: start tags

    private mutating func begin() throws(BotAPIError) {
        let start = index
        index += 1
        let tag = name { $0.isMarkupSpace || $0 == UInt8(ascii: ">") }
        guard index < bytes.count else { throw .markup("Unclosed start tag at byte offset \(start)") }
        guard Self.styles[tag] != nil else {
            throw .markup("Unsupported start tag \"\(tag)\" at byte offset \(start)")
        }
        var entity = Open(tag: tag, offset: bytes.length, begin: bytes.output.count)
        while bytes[index] != UInt8(ascii: ">") {
            skipSpace()
            guard bytes[index] != UInt8(ascii: ">") else { break }
            try attribute(of: &entity, start)
        }
        index += 1
        if tag == "span", entity.value != "spoiler" {
            throw .markup("Tag \"span\" must have class \"tg-spoiler\" at byte offset \(start)")
        }
        open.append(entity)
    }

    private mutating func attribute(of entity: inout Open, _ start: Int) throws(BotAPIError) {
        let begin = index
        _ = name { $0.isMarkupSpace || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") }
        let name = bytes.string(begin..<min(index, bytes.count))
        guard !name.isEmpty else {
            throw .markup("Empty attribute name in the tag \"\(entity.tag)\" at byte offset \(start)")
        }
        if entity.tag == "blockquote", name == "expandable" { entity.value = name }
        skipSpace()
        let hasValue = bytes[index] == UInt8(ascii: "=")
        if hasValue {
            index += 1
            skipSpace()
        }
        guard index < bytes.count else {
            throw .markup("Unclosed start tag \"\(entity.tag)\" at byte offset \(start)")
        }
        guard hasValue else { return }
        let value = try attributeValue()
        guard index < bytes.count else { throw .markup("Unclosed start tag at byte offset \(start)") }
        switch (entity.tag, name) {
        case ("a", "href"), ("tg-emoji", "emoji-id"), ("tg-time", "unix"): entity.value = value
        case ("tg-time", "format"): entity.format = value
        case ("code", "class") where value.hasPrefix("language-"): entity.value = String(value.dropFirst(9))
        case ("span", "class") where value.hasPrefix("tg-"): entity.value = String(value.dropFirst(3))
        default: break
        }
    }

    private mutating func attributeValue() throws(BotAPIError) -> String {
        let quote = bytes[index]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            let begin = index
            let value = name {
                !$0.isASCIILetter && !$0.isDigit && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-")
            }
            guard bytes[index].isMarkupSpace || bytes[index] == UInt8(ascii: ">") else {
                throw .markup("Unexpected end of name token at byte offset \(begin)")
            }
            return value
        }
        index += 1
        var value: [UInt8] = []
        while index < bytes.count, bytes[index] != quote {
            if bytes[index] == UInt8(ascii: "&"), let (code, next) = character(at: index) {
                value += String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8
                index = next
            } else {
                value.append(bytes[index])
                index += 1
            }
        }
        index += 1
        return String(decoding: value, as: UTF8.self)
    }

    /// Reads a name in lower case, because Telegram ignores case.
    private mutating func name(until ends: (UInt8) -> Bool) -> String {
        let begin = index
        while index < bytes.count, !ends(bytes[index]) { index += 1 }
        return String(
            decoding: bytes.input[begin..<index].map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 }, as: UTF8.self)
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index].isMarkupSpace { index += 1 }
    }

    // MARK: end tags

    private mutating func end() throws(BotAPIError) {
        let start = index
        guard let entity = open.last else { throw .markup("Unexpected end tag at byte offset \(start)") }
        index += 2
        let tag = name { $0.isMarkupSpace || $0 == UInt8(ascii: ">") }
        skipSpace()
        guard bytes[index] == UInt8(ascii: ">") else {
            throw .markup("Unclosed end tag at byte offset \(start)")
        }
        guard tag.isEmpty || tag == entity.tag else {
            throw .markup(
                "Unmatched end tag at byte offset \(start), expected \"</\(entity.tag)>\", found \"</\(tag)>\""
            )
        }
        index += 1
        open.removeLast()
        if bytes.length > entity.offset { try add(entity, bytes.length - entity.offset) }
    }

    private mutating func add(_ tag: Open, _ length: Int) throws(BotAPIError) {
        guard let kind = Self.styles[tag.tag] else { return }
        var entity = TextEntity(kind, tag.offset, length)
        switch kind {
        case .customEmoji:
            guard let id = MarkupLink.exactInteger(tag.value), id != 0 else {
                throw .markup("Invalid custom emoji identifier specified")
            }
            entity.detail = .emoji(String(id))
        case .dateTime:
            guard let format = MarkupLink.timeFormat(tag.format) else {
                throw .markup("Invalid date format used")
            }
            let time = Int32(tag.value.prefix { $0.isASCII && $0.isNumber }) ?? 0
            guard time > 0 else { return }
            entity.detail = .time(Int64(time), format: format)
        case .textLink:
            let link = tag.value.isEmpty ? bytes.kept(from: tag.begin) : tag.value
            guard let link = MarkupLink.entity(for: link, tag.offset, length) else { return }
            entity = link
        case .blockquote where !tag.value.isEmpty: entity.kind = .expandableBlockquote
        case .code where !tag.value.isEmpty: entity.detail = .language(tag.value)
        default: break
        }
        // `code` with a language and `pre` with the same range become a single block in that language.
        if entity.isCode, let last = entities.last, last.isCode, last.kind != entity.kind,
            last.offset == entity.offset,
            last.length == length, let code = [last, entity].first(where: { $0.kind == .code }),
            code.detail != .none
        {
            entity = TextEntity(.pre, tag.offset, length, code.detail)
            entities.removeLast()
        }
        entities.append(entity)
    }
}
