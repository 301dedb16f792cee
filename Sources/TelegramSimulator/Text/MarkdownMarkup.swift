import BotAPI

/// Parses the Bot API's legacy Markdown: entities can't be nested, and backslashes escape only outside of entities.
struct MarkdownMarkup {
    private var bytes: MarkupBytes
    private var entities: [TextEntity] = []
    private var index = 0

    init(_ text: String) { bytes = MarkupBytes(text) }

    mutating func parsed() throws(BotAPIError) -> Markup.Parsed {
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\\"), opens(bytes[index + 1]) {
                bytes.keep(bytes[index + 1])
                index += 2
            } else if opens(byte) {
                try entity()
            } else {
                bytes.keep(byte)
                index += 1
            }
        }
        return (String(decoding: bytes.output, as: UTF8.self), entities.inOrder())
    }

    private func opens(_ byte: UInt8) -> Bool {
        [UInt8(ascii: "_"), UInt8(ascii: "*"), UInt8(ascii: "`"), UInt8(ascii: "[")].contains(byte)
    }

    private mutating func entity() throws(BotAPIError) {
        let start = index
        let opening = bytes[start]
        let closing = opening == UInt8(ascii: "[") ? UInt8(ascii: "]") : opening
        var language: String?
        let isBlock = bytes.has("```", at: start)
        if isBlock {
            (language, index) = bytes.codeBlockHead(at: start + 3)
        } else {
            index += 1
        }
        let offset = bytes.length
        while index < bytes.count, isBlock ? !bytes.has("```", at: index) : bytes[index] != closing {
            bytes.keep(bytes[index])
            index += 1
        }
        guard index < bytes.count else {
            throw .markup("Can't find end of the entity starting at byte offset \(start)")
        }
        let end = index
        index += isBlock ? 3 : 1
        let length = bytes.length - offset
        guard length > 0 else { return }
        switch opening {
        case UInt8(ascii: "_"): entities.append(TextEntity(.italic, offset, length))
        case UInt8(ascii: "*"): entities.append(TextEntity(.bold, offset, length))
        case UInt8(ascii: "["):
            MarkupLink.entity(for: link(after: start, end), offset, length).map { entities.append($0) }
        default:
            let detail = language.map { TextEntity.Detail.language($0) } ?? .none
            entities.append(TextEntity(isBlock ? .pre : .code, offset, length, detail))
        }
    }

    /// The link in parentheses after the brackets, or the text itself if there is none.
    private mutating func link(after start: Int, _ end: Int) -> String {
        guard bytes[index] == UInt8(ascii: "(") else { return bytes.string(start + 1..<end) }
        let begin = index + 1
        index = begin
        while index < bytes.count, bytes[index] != UInt8(ascii: ")") { index += 1 }
        defer { index += 1 }
        return bytes.string(begin..<index)
    }
}
