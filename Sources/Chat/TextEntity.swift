import JSON

/// A `MessageEntity`: a range of a text and its format.
struct TextEntity {
    /// The terminal style.
    enum Style: Hashable {
        case bold, italic, underline, strikethrough, spoiler, code, mention, quote
        case link(String)
    }

    /// The range in UTF-16 units.
    let range: Range<Int>
    let style: Style
    /// The suffix for terminals without links: `text (url)`.
    private(set) var note: String?

    /// Nil for an entity without a style, and for a range outside of `count` units.
    init?(_ entity: JSON, within count: Int) {
        guard let offset = entity["offset"]?.integer, let length = entity["length"]?.integer, offset >= 0,
            length > 0, let end = Int(exactly: offset.addingReportingOverflow(length).partialValue),
            offset < end, end <= count, let style = Self.style(entity)
        else { return nil }
        range = Int(offset)..<end
        self.style = style
        if case .link(let url) = style, entity["type"]?.string == "text_link" { note = url }
    }

    private static func style(_ entity: JSON) -> Style? {
        switch entity["type"]?.string {
        case "bold": .bold
        case "italic": .italic
        case "underline": .underline
        case "strikethrough": .strikethrough
        case "spoiler": .spoiler
        case "code", "pre": .code
        case "blockquote", "expandable_blockquote": .quote
        case "text_link": entity["url"]?.string.map { .link($0) }
        case "mention", "text_mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number",
            "bank_card_number":
            .mention
        default: nil
        }
    }
}
