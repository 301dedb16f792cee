import BotAPI

/// Parses text with a `parse_mode` like Telegram.
///
/// - SeeAlso: https://core.telegram.org/bots/api#formatting-options
enum Markup {
    typealias Parsed = (text: String, entities: [TextEntity])

    /// - Parameter mode: `Markdown`, `MarkdownV2` or `HTML`, in any case.
    /// - Returns: the text without its markup, untrimmed, and its entities in order; entities may still cross.
    /// - Throws: Telegram's errors, `can't parse entities: …`, with offsets in UTF-8 bytes.
    static func parse(_ text: String, mode: String) throws(BotAPIError) -> Parsed {
        switch mode.lowercased() {
        case "markdown":
            var markup = MarkdownMarkup(text)
            return try markup.parsed()
        case "markdownv2":
            var markup = MarkdownV2Markup(text)
            return try markup.parsed()
        case "html":
            var markup = HTMLMarkup(text)
            return try markup.parsed()
        default: throw .badRequest("unsupported parse_mode")
        }
    }
}

extension BotAPIError {
    static func markup(_ words: String) -> BotAPIError { .badRequest("can't parse entities: \(words)") }
}

/// The bytes of a text with markup, and the output without it.
struct MarkupBytes {
    let input: [UInt8]
    private(set) var output: [UInt8] = []
    /// The length of the output in UTF-16 code units.
    private(set) var length = 0

    init(_ text: String) {
        input = Array(text.utf8)
        output.reserveCapacity(input.count)
    }

    var count: Int { input.count }

    /// The byte at an index; 0 after the end.
    subscript(index: Int) -> UInt8 { index < input.count ? input[index] : 0 }

    func has(_ text: StaticString, at index: Int) -> Bool {
        text.withUTF8Buffer { bytes in
            bytes.indices.allSatisfy { self[index + $0] == bytes[$0] }
        }
    }

    mutating func keep(_ byte: UInt8) {
        output.append(byte)
        // A character of four UTF-8 bytes is a surrogate pair.
        if byte & 0xC0 != 0x80 { length += byte >= 0xF0 ? 2 : 1 }
    }

    mutating func keep(_ scalar: Unicode.Scalar) {
        for byte in String(scalar).utf8 { keep(byte) }
    }

    func string(_ range: Range<Int>) -> String { String(decoding: input[range], as: UTF8.self) }

    /// The output from an index on, for a text that is its own link.
    func kept(from index: Int) -> String {
        // A longer text isn't a link. Without this limit, nested links would take quadratic time.
        output.count - index > 2048 ? "" : String(decoding: output[index...], as: UTF8.self)
    }

    /// Parses the rest of a code block's opening: an optional language, which ends with white space, and one line
    /// break.
    mutating func codeBlockHead(at start: Int) -> (language: String?, next: Int) {
        var next = start
        while !self[next].isMarkupSpace, self[next] != UInt8(ascii: "`") { next += 1 }
        var language: String?
        if next > start, next < count, self[next].isMarkupSpace {
            language = string(start..<next)
        } else {
            next = start
        }
        if self[next].isLineBreak {
            next += self[next + 1].isLineBreak && self[next + 1] != self[next] ? 2 : 1
        }
        return (language, next)
    }
}

extension UInt8 {
    /// Includes 0, which marks the end of the text.
    var isMarkupSpace: Bool { [0x20, 0x09, 0x0D, 0x0A, 0x00, 0x0B].contains(self) }
    var isLineBreak: Bool { self == 0x0A || self == 0x0D }
    /// Whether a backslash escapes the byte.
    var isEscapable: Bool { 1...126 ~= self }
    var isDigit: Bool { 0x30...0x39 ~= self }
    var isASCIILetter: Bool { 0x41...0x5A ~= self || 0x61...0x7A ~= self }
}
