/// The parentheses behind the text of a link or a picture in Markdown: `(address "title")`.
struct MarkdownTarget {
    /// A longer address or title isn't one. Without this limit, links without an end would take quadratic time.
    private static let limit = 2048

    private let bytes: [UInt8]
    private var index: Int
    private(set) var address = ""
    private(set) var title = ""

    /// The index after the parentheses.
    var end: Int { index }

    /// Nil if no target begins at the index.
    init?(in bytes: [UInt8], at start: Int) {
        (self.bytes, index) = (bytes, start)
        guard skip("(") else { return nil }
        skipSpace()
        address = skip("<") ? bracketedAddress() : plainAddress()
        skipSpace()
        if let quote = (["\"", "'"] as [Unicode.Scalar]).first(where: { skip($0) }) {
            title = text { $0 == quote.value }
            guard skip(quote) else { return nil }
            skipSpace()
        }
        guard skip(")") else { return nil }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == character.value else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index].isMarkupSpace { index += 1 }
    }

    private mutating func bracketedAddress() -> String {
        let address = text { $0 == UInt8(ascii: ">") || $0 == 0x0A }
        return skip(">") ? address : ""
    }

    /// It ends before white space, or before the parenthesis that closes the target.
    private mutating func plainAddress() -> String {
        var depth = 0
        return text { byte in
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            return byte.isMarkupSpace || depth < 0
        }
    }

    /// The text up to a byte, without the backslashes before punctuation.
    private mutating func text(until isEnd: (UInt8) -> Bool) -> String {
        var text: [UInt8] = []
        while index < bytes.count, text.count < Self.limit {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count, bytes[index + 1].isPunctuation {
                index += 1
            } else if isEnd(bytes[index]) {
                break
            }
            text.append(bytes[index])
            index += 1
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The end of `<https://…>` or `<name@host>`; nil if there is a tag instead.
    static func endOfAddress(in bytes: [UInt8], at start: Int) -> Int? {
        guard start + 1 < bytes.count, bytes[start + 1].isASCIILetter else { return nil }
        let rest = bytes[(start + 1)...].prefix(limit)
        let end = rest.firstIndex { $0.isMarkupSpace || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
        guard let end, bytes[end] == UInt8(ascii: ">") else { return nil }
        let address = bytes[start + 1..<end]
        let scheme = address.prefix { $0.isASCIILetter || $0.isDigit || "+.-".utf8.contains($0) }
        let isURL = 2...32 ~= scheme.count && bytes[scheme.endIndex] == UInt8(ascii: ":")
        let parts = address.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        let isMail = parts.count == 2 && !parts[0].isEmpty && parts[1].contains(UInt8(ascii: "."))
        return isURL || isMail ? end : nil
    }
}
