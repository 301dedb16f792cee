import BotAPI

/// Parses the Bot API's MarkdownV2.
struct MarkdownV2Markup {
    /// The kinds of entities, with their names in Telegram's errors.
    private enum Kind: String {
        case bold = "Bold"
        case italic = "Italic"
        case underline = "Underline"
        case strikethrough = "Strikethrough"
        case spoiler = "Spoiler"
        case code = "Code"
        case pre = "Pre"
        case preCode = "PreCode"
        case link = "TextUrl"
        case emoji = "CustomEmoji"
        case quote = "BlockQuote"

        var isCode: Bool { self == .code || self == .pre || self == .preCode }

        var style: TextEntity.Kind {
            switch self {
            case .bold: .bold
            case .italic: .italic
            case .underline: .underline
            case .strikethrough: .strikethrough
            case .spoiler: .spoiler
            case .code: .code
            case .pre, .preCode: .pre
            case .link: .textLink
            case .emoji: .customEmoji
            case .quote: .blockquote
            }
        }
    }

    private struct Open {
        let kind: Kind
        /// The byte offset of the mark that opens it.
        let mark: Int
        let offset: Int
        /// The index in the output where its text begins.
        let begin: Int
        var language: String?

        var unclosed: BotAPIError {
            .markup("Can't find end of \(kind.rawValue) entity at byte offset \(mark)")
        }
    }

    private var bytes: MarkupBytes
    private var entities: [TextEntity] = []
    private var open: [Open] = []
    private var index = 0
    private var isInQuote = false
    /// Whether the current line is still empty, so that `>` begins a quote.
    private var mayBeginQuote = true

    init(_ text: String) { bytes = MarkupBytes(text) }

    mutating func parsed() throws(BotAPIError) -> Markup.Parsed {
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), bytes[index + 1].isEscapable {
                keep(bytes[index + 1])
                index += 2
            } else if !isReserved(bytes[index]) {
                keep(bytes[index])
                index += 1
            } else if let innermost = open.last, ends(innermost) {
                try close()
            } else {
                try begin()
            }
        }
        if isInQuote { closeLastQuote() }
        if let innermost = open.last { throw innermost.unclosed }
        return (String(decoding: bytes.output, as: UTF8.self), entities.inOrder())
    }

    private mutating func keep(_ byte: UInt8) {
        bytes.keep(byte)
        if byte == 0x0A { mayBeginQuote = true } else if byte != 0x0D { mayBeginQuote = false }
    }

    private func isReserved(_ byte: UInt8) -> Bool {
        if open.last?.kind.isCode == true { return byte == UInt8(ascii: "`") }
        return "_*[]()~`>#+-=|{}.!\n".utf8.contains(byte)
    }

    private var unescaped: BotAPIError {
        let character = Character(Unicode.Scalar(bytes[index]))
        return .markup("Character '\(character)' is reserved and must be escaped with the preceding '\\'")
    }

    // MARK: beginnings

    private mutating func begin() throws(BotAPIError) {
        let mark = index
        var language: String?
        let kind: Kind
        switch bytes[mark] {
        case UInt8(ascii: "_"): kind = bytes.has("__", at: mark) ? .underline : .italic
        case UInt8(ascii: "*"): kind = .bold
        case UInt8(ascii: "~"): kind = .strikethrough
        case UInt8(ascii: "|"):
            guard bytes.has("||", at: mark) else { throw unescaped }
            kind = .spoiler
        case UInt8(ascii: "["): kind = .link
        case UInt8(ascii: "!"):
            guard bytes.has("![", at: mark) else { throw unescaped }
            kind = .emoji
        case UInt8(ascii: "`"):
            guard bytes.has("```", at: mark) else {
                kind = .code
                break
            }
            (language, index) = bytes.codeBlockHead(at: mark + 3)
            kind = language == nil ? .pre : .preCode
        case UInt8(ascii: ">"):
            guard mayBeginQuote else { throw unescaped }
            index += 1
            // Each line of a quote begins with `>`; only the first one opens the quote.
            guard !isInQuote else { return }
            kind = .quote
            isInQuote = true
        case 0x0A:
            keep(0x0A)
            index += 1
            return
        default: throw unescaped
        }
        switch kind {
        case .underline, .spoiler, .emoji: index += 2
        case .pre, .preCode, .quote: break
        default: index += 1
        }
        open.append(
            Open(kind: kind, mark: mark, offset: bytes.length, begin: bytes.output.count, language: language))
    }

    // MARK: ends

    private func ends(_ entity: Open) -> Bool {
        if isInQuote, bytes[index] == 0x0A, bytes[index + 1] != UInt8(ascii: ">") { return true }
        switch entity.kind {
        case .bold: return bytes[index] == UInt8(ascii: "*")
        case .italic: return bytes[index] == UInt8(ascii: "_") && bytes[index + 1] != UInt8(ascii: "_")
        case .underline: return bytes.has("__", at: index)
        case .strikethrough: return bytes[index] == UInt8(ascii: "~")
        case .spoiler: return bytes.has("||", at: index)
        case .code: return bytes[index] == UInt8(ascii: "`")
        case .pre, .preCode: return bytes.has("```", at: index)
        case .link, .emoji: return bytes[index] == UInt8(ascii: "]")
        case .quote: return false
        }
    }

    private mutating func close() throws(BotAPIError) {
        if bytes[index] == 0x0A { return try closeQuote() }
        let entity = open.removeLast()
        let length = bytes.length - entity.offset
        let style = TextEntity(entity.kind.style, entity.offset, length)
        switch entity.kind {
        case .underline, .spoiler: index += 2
        case .pre, .preCode: index += 3
        default: index += 1
        }
        switch entity.kind {
        case .link:
            let link = try url() ?? bytes.kept(from: entity.begin)
            if length > 0 { MarkupLink.entity(for: link, entity.offset, length).map { entities.append($0) } }
        case .emoji:
            guard let link = try url() else {
                throw .markup("The entity must contain a tg://emoji or tg://time URL")
            }
            guard let entity = MarkupLink.emojiOrTime(link, entity.offset, length) else {
                throw .markup("Invalid tg://emoji or tg://time URL specified")
            }
            if length > 0 { entities.append(entity) }
        case .preCode:
            let detail = entity.language.map { TextEntity.Detail.language($0) } ?? .none
            if length > 0 { entities.append(TextEntity(.pre, entity.offset, length, detail)) }
        default:
            if length > 0 { entities.append(style) }
        }
    }

    /// The URL in parentheses; nil if there is none.
    private mutating func url() throws(BotAPIError) -> String? {
        guard bytes[index] == UInt8(ascii: "(") else { return nil }
        let begin = index + 1
        index = begin
        var url: [UInt8] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: ")") {
            if bytes[index] == UInt8(ascii: "\\"), bytes[index + 1].isEscapable { index += 1 }
            url.append(bytes[index])
            index += 1
        }
        guard index < bytes.count else { throw .markup("Can't find end of a URL at byte offset \(begin)") }
        index += 1
        return String(decoding: url, as: UTF8.self)
    }

    /// Ends a quote after its last line. The quote includes the newline.
    private mutating func closeQuote() throws(BotAPIError) {
        let isExpandable = popExpandMark(beforeReturn: true)
        guard let quote = open.last, quote.kind == .quote else { throw open.last?.unclosed ?? unescaped }
        keep(0x0A)
        index += 1
        add(quote, isExpandable)
    }

    private mutating func closeLastQuote() {
        let isExpandable = popExpandMark(beforeReturn: false)
        guard let quote = open.last, quote.kind == .quote else { return }
        add(quote, isExpandable)
    }

    private mutating func add(_ quote: Open, _ isExpandable: Bool) {
        isInQuote = false
        open.removeLast()
        let length = bytes.length - quote.offset
        guard length > 0 else { return }
        entities.append(TextEntity(isExpandable ? .expandableBlockquote : .blockquote, quote.offset, length))
    }

    /// Removes `||` at the end of a quote, if it is there. It isn't an empty spoiler, but makes the quote expandable.
    private mutating func popExpandMark(beforeReturn: Bool) -> Bool {
        guard let mark = open.last, mark.kind == .spoiler else { return false }
        let isLast = mark.mark == index - 2
        let isBeforeReturn = beforeReturn && mark.mark == index - 3 && bytes.output.last == 0x0D
        guard isLast || isBeforeReturn else { return false }
        open.removeLast()
        return true
    }
}
