import JSON

/// One MessageEntity: a part of a text and what it is.
struct TextEntity {
    /// How a terminal shows it.
    enum Style: Hashable {
        case bold, italic, underline, strikethrough, spoiler, code, mention, quote
        case link(String)
    }

    /// UTF-16 units from the text's beginning.
    let range: Range<Int>
    let style: Style
    /// Written after the text where there are no links: `text (url)`.
    private(set) var note: String?

    /// Nil for what isn't shown in any special way, and for a range that isn't within `count` units.
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
