/// What a line of Markdown begins with.
enum MarkdownLine {
    /// The elements that begin a block in a line of their own, and those in them.
    static let blocks: Set = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "footer", "hr", "ul", "ol", "li", "blockquote",
        "aside",
        "cite", "table", "caption", "thead", "tbody", "tr", "td", "th", "details", "summary", "figure",
        "figcaption",
        "img", "video", "audio", "tg-document", "tg-collage", "tg-slideshow", "tg-map", "tg-math-block",
        "tg-button-row", "tg-button", "tg-thinking", "script", "style", "div",
    ]
    /// The elements with content that isn't Markdown.
    static let raw: Set = ["pre", "script", "style", "tg-math-block"]

    static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            line.last == 0x0D ? line.dropLast() : line
        }
    }

    static func joined(_ lines: some Sequence<ArraySlice<UInt8>>) -> [UInt8] {
        Array(lines.joined(separator: [0x0A]))
    }
}

/// The beginning of a list's item, such as `- ` or `1. `.
struct ListMarker {
    /// The item's number in an ordered list.
    let number: Int?
    /// The character behind the number, or the bullet.
    private let sign: UInt8
    /// The bytes before the item's content.
    let length: Int
    /// The columns before the item's content.
    let width: Int
    let isEmpty: Bool

    init?(_ line: ArraySlice<UInt8>) {
        let indentation = line.indentation
        guard indentation < 4 else { return nil }
        let start = line.withoutIndentation
        let digits = start.prefix { $0.isDigit }
        let rest = start.dropFirst(digits.count)
        guard let sign = rest.first, digits.count < 10,
            (digits.isEmpty ? "-*+" : ".)").utf8.contains(sign)
        else { return nil }
        let content = rest.dropFirst()
        guard content.isEmpty || content.first == 0x20 || content.first == 0x09 else { return nil }
        self.sign = sign
        number = digits.isEmpty ? nil : Int(String(decoding: digits, as: UTF8.self))
        isEmpty = content.isBlank
        let spaces = content.prefix { $0 == 0x20 || $0 == 0x09 }.count
        let gap = isEmpty || spaces > 4 ? min(spaces, 1) : spaces
        length = line.count - content.count + gap
        width = indentation + digits.count + 1 + max(gap, 1)
    }

    func isSibling(of other: ListMarker) -> Bool {
        sign == other.sign && (number == nil) == (other.number == nil)
    }
}

extension ArraySlice<UInt8> {
    var isBlank: Bool { allSatisfy(\.isMarkupSpace) }

    /// The columns of white space at the beginning; a tab has four.
    var indentation: Int {
        var columns = 0
        for byte in self {
            guard byte == 0x20 || byte == 0x09 else { break }
            columns += byte == 0x20 ? 1 : 4
        }
        return columns
    }

    var withoutIndentation: ArraySlice { drop { $0 == 0x20 || $0 == 0x09 } }

    var trimmedEnd: ArraySlice {
        var rest = self
        while let last = rest.last, last.isMarkupSpace { rest.removeLast() }
        return rest
    }

    var trimmed: ArraySlice { withoutIndentation.trimmedEnd }

    func dropping(spaces count: Int) -> ArraySlice {
        var columns = 0
        var rest = self
        while columns < count, let first = rest.first, first == 0x20 || first == 0x09 {
            columns += first == 0x20 ? 1 : 4
            rest.removeFirst()
        }
        return rest
    }

    /// The opening of a code block, and its language.
    var fence: (fence: ArraySlice, language: String)? {
        guard indentation < 4 else { return nil }
        let start = withoutIndentation
        guard let sign = start.first, sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~") else {
            return nil
        }
        let fence = start.prefix { $0 == sign }
        let info = start.dropFirst(fence.count).trimmed
        guard fence.count >= 3, sign != UInt8(ascii: "`") || !info.contains(sign) else { return nil }
        let language = info.prefix { !$0.isMarkupSpace }
        return (fence, String(decoding: language, as: UTF8.self))
    }

    func closes(_ fence: ArraySlice) -> Bool {
        let line = trimmed
        return indentation < 4 && line.count >= fence.count && line.allSatisfy { $0 == fence.first }
    }

    /// Telegram needs no space behind the signs: `#tag` is a heading.
    var heading: (level: Int, text: ArraySlice)? {
        let start = trimmed
        let level = start.prefix { $0 == UInt8(ascii: "#") }.count
        guard indentation < 4, 1...6 ~= level else { return nil }
        var text = start.dropFirst(level).trimmed
        let closing = text.reversed().prefix { $0 == UInt8(ascii: "#") }.count
        let rest = text.dropLast(closing)
        if closing > 0, rest.isEmpty || rest.last == 0x20 { text = rest.trimmed }
        return (level, text)
    }

    /// Whether the line is a divider, such as `---`.
    var isRule: Bool {
        let signs = filter { !$0.isMarkupSpace }
        guard let sign = signs.first, "-*_".utf8.contains(sign), signs.count >= 3 else { return false }
        return indentation < 4 && signs.allSatisfy { $0 == sign }
    }

    /// The level of the heading that a line such as `===` makes of the lines before it.
    var underlineLevel: Int? {
        let line = trimmed
        guard indentation < 4, let sign = line.first, line.allSatisfy({ $0 == sign }) else { return nil }
        return sign == UInt8(ascii: "=") ? 1 : sign == UInt8(ascii: "-") ? 2 : nil
    }

    var isQuote: Bool { indentation < 4 && withoutIndentation.first == UInt8(ascii: ">") }

    /// Whether an item begins with a checkbox, and the rest.
    var checkbox: (isChecked: Bool, rest: ArraySlice)? {
        let start = withoutIndentation
        guard start.count > 3, start.prefix(4).last == 0x20 else { return nil }
        switch String(decoding: start.prefix(3), as: UTF8.self) {
        case "[ ]": return (false, start.dropFirst(4))
        case "[x]", "[X]": return (true, start.dropFirst(4))
        default: return nil
        }
    }

    /// The name of a footnote that the line defines, and its text.
    var footnote: (name: String, text: ArraySlice)? {
        guard starts(with: "[^".utf8), let end = firstIndex(of: UInt8(ascii: "]")), end > startIndex + 2,
            end + 1 < endIndex, self[end + 1] == UInt8(ascii: ":")
        else { return nil }
        return (String(decoding: self[startIndex + 2..<end], as: UTF8.self), self[(end + 2)...].trimmed)
    }

    /// The cells of a table's row, without the escapes of `|`.
    var cells: [[UInt8]] {
        var cells: [[UInt8]] = [[]]
        var isCode = false
        var before: UInt8 = 0
        for byte in trimmed {
            if byte == UInt8(ascii: "`") { isCode.toggle() }
            if byte == UInt8(ascii: "|"), before == UInt8(ascii: "\\") {
                cells[cells.count - 1].removeLast()
                cells[cells.count - 1].append(byte)
            } else if byte == UInt8(ascii: "|"), !isCode {
                cells.append([])
            } else {
                cells[cells.count - 1].append(byte)
            }
            before = byte
        }
        if cells.count > 1, cells[0][...].isBlank { cells.removeFirst() }
        if cells.count > 1, cells[cells.count - 1][...].isBlank { cells.removeLast() }
        return cells.map { Array($0[...].trimmed) }
    }

    /// The alignments of a table's columns, from the row below its header; nil for any other line.
    var alignments: [String]? {
        guard contains(UInt8(ascii: "-")) else { return nil }
        var alignments: [String] = []
        for cell in cells {
            let colon = UInt8(ascii: ":")
            let dashes = cell.drop { $0 == colon }
            let isLeft = cell.first == colon
            let isRight = cell.count > 1 && cell.last == colon
            let core = isRight ? dashes.dropLast() : dashes
            guard !core.isEmpty, core.allSatisfy({ $0 == UInt8(ascii: "-") }) else { return nil }
            alignments.append(isLeft && isRight ? "center" : isRight ? "right" : isLeft ? "left" : "")
        }
        return alignments
    }

    /// Whether the line has an end tag, in any case.
    func containsTag(_ tag: [UInt8]) -> Bool {
        indices.contains { index in
            self[index...].prefix(tag.count).elementsEqual(tag) {
                0x41...0x5A ~= $0 ? $0 + 0x20 == $1 : $0 == $1
            }
        }
    }
}
