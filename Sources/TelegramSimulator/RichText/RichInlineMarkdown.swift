/// Reads the formats within a block of rich Markdown. Markup without its end is text, as Telegram has it.
struct RichInlineMarkdown {
    private enum Piece {
        case text([UInt8])
        case begin(String, [String: String])
        case end(String)
    }

    /// Markup that waits for its end.
    private struct Opening {
        let mark: String
        /// The index of its piece, which is its text until the end is found.
        let piece: Int
    }

    private static let tags = [
        "**": "b", "__": "b", "*": "i", "_": "i", "~~": "s", "==": "mark", "||": "tg-spoiler",
    ]

    private let html: RichHTML
    private var bytes: [UInt8] { html.bytes }
    /// The index of the last `)`. No link's target ends after it.
    private let lastParenthesis: Int
    private var index = 0
    private var pieces: [Piece] = [.text([])]
    private var openings: [Opening] = []
    /// The number of openings with a mark.
    private var waiting: [String: Int] = [:]
    /// The lengths of backtick runs that have no end in the rest.
    private var unclosedRuns: Set<Int> = []
    /// The lengths of dollar runs that end no formula in the rest.
    private var unclosedFormulas: Set<Int> = []
    /// The names of footnotes, in the order of their numbers.
    private(set) var footnotes: [String]

    init(_ source: [UInt8], footnotes: [String]) {
        html = RichHTML(source)
        lastParenthesis = source.lastIndex(of: UInt8(ascii: ")")) ?? -1
        self.footnotes = footnotes
    }

    private subscript(index: Int) -> UInt8 { index >= 0 && index < bytes.count ? bytes[index] : 0 }

    mutating func read(into tree: inout RichTree) {
        while index < bytes.count { readNext() }
        for piece in pieces {
            switch piece {
            case .text(let text): tree.text(String(decoding: text, as: UTF8.self))
            case .begin(let name, let attributes): tree.begin(name, attributes)
            case .end(let name): tree.end(name)
            }
        }
    }

    private mutating func readNext() {
        switch bytes[index] {
        case UInt8(ascii: "\\"): readEscape()
        case UInt8(ascii: "\n"): readLineBreak()
        case UInt8(ascii: "`"): readCode()
        case UInt8(ascii: "$"): readFormula()
        case UInt8(ascii: "<"): readTag()
        case UInt8(ascii: "&"): readReference()
        case UInt8(ascii: "!") where self[index + 1] == UInt8(ascii: "["): open("![")
        case UInt8(ascii: "["): readBracket()
        case UInt8(ascii: "]"): readBracketEnd()
        case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "="), UInt8(ascii: "|"):
            readMark()
        default: keep(1)
        }
    }

    // MARK: pieces

    private mutating func keep(_ count: Int) {
        put(bytes[index..<min(index + count, bytes.count)])
        index += count
    }

    private mutating func put(_ text: some Sequence<UInt8>) {
        let last = pieces.count - 1
        if openings.last?.piece != last, case .text(var bytes) = pieces[last] {
            // The piece must not share its bytes, or each append would copy them.
            pieces[last] = .text([])
            bytes += text
            pieces[last] = .text(bytes)
        } else {
            pieces.append(.text(Array(text)))
        }
    }

    private mutating func put(_ name: String, _ attributes: [String: String], _ text: [UInt8]) {
        pieces += [.begin(name, attributes), .text(text), .end(name)]
    }

    private mutating func open(_ mark: String) {
        pieces.append(.text(Array(mark.utf8)))
        openings.append(Opening(mark: mark, piece: pieces.count - 1))
        waiting[mark, default: 0] += 1
        index += mark.utf8.count
    }

    /// Takes back the openings from an index on, except that their marks stay text.
    private mutating func drop(from first: Int) {
        for opening in openings[first...] { waiting[opening.mark, default: 1] -= 1 }
        openings.removeSubrange(first...)
    }

    // MARK: bold, italic and so on

    private mutating func readMark() {
        let sign = bytes[index]
        let isDouble = self[index + 1] == sign
        let single = String(decoding: [sign], as: UTF8.self)
        let canBeSingle = single == "*" || single == "_"
        // In `***`, the innermost format ends first.
        let endsSingle = canBeSingle && openings.last?.mark == single && !self[index - 1].isMarkupSpace
        guard isDouble || canBeSingle else { return keep(1) }
        let mark = isDouble && !(endsSingle && self[index + 2] == sign) ? single + single : single
        let after = self[index + mark.utf8.count]
        let before = self[index - 1]
        let isInWord = mark == "_" && before.isWordByte && after.isWordByte
        if !before.isMarkupSpace, !isInWord, waiting[mark, default: 0] > 0, close(mark) { return }
        if !after.isMarkupSpace, !isInWord { return open(mark) }
        keep(mark.utf8.count)
    }

    private mutating func close(_ mark: String) -> Bool {
        guard let first = openings.lastIndex(where: { $0.mark == mark }), let tag = Self.tags[mark] else {
            return false
        }
        let piece = openings[first].piece
        guard piece < pieces.count - 1 else { return false }
        pieces[piece] = .begin(tag, [:])
        pieces.append(.end(tag))
        drop(from: first)
        index += mark.utf8.count
        return true
    }

    // MARK: code, formulas and escapes

    private mutating func readCode() {
        let length = bytes[index...].prefix { $0 == UInt8(ascii: "`") }.count
        guard !unclosedRuns.contains(length), let end = endOfCode(length) else {
            unclosedRuns.insert(length)
            return keep(length)
        }
        var code = bytes[index + length..<end].map { $0 == 0x0A ? 0x20 : $0 }
        if code.first == 0x20, code.last == 0x20, code.contains(where: { $0 != 0x20 }) {
            code = Array(code.dropFirst().dropLast())
        }
        put("code", [:], code)
        index = end + length
    }

    private func endOfCode(_ length: Int) -> Int? {
        var next = index + length
        while next < bytes.count {
            let run = bytes[next...].prefix { $0 == UInt8(ascii: "`") }.count
            if run == length { return next }
            next += max(run, 1)
        }
        return nil
    }

    /// `$…$` or `$$…$$`. A dollar sign before a space, or one that would end before a digit, is text.
    private mutating func readFormula() {
        let length = self[index + 1] == UInt8(ascii: "$") ? 2 : 1
        let start = index + length
        guard !unclosedFormulas.contains(length), start < bytes.count, !self[start].isMarkupSpace else {
            return keep(length)
        }
        var end = start
        while end < bytes.count {
            let isEnd = bytes[end] == UInt8(ascii: "$") && (length == 1 || self[end + 1] == UInt8(ascii: "$"))
            if isEnd, end > start, !self[end - 1].isMarkupSpace, !self[end + length].isDigit {
                put("tg-math", [:], Array(bytes[start..<end]))
                index = end + length
                return
            }
            end += 1
        }
        unclosedFormulas.insert(length)
        keep(length)
    }

    /// A backslash before `<` or `>` is text, as Telegram has it.
    private mutating func readEscape() {
        let next = self[index + 1]
        if next == 0x0A {
            pieces.append(.begin("br", [:]))
            index += 2
        } else if next.isPunctuation, next != UInt8(ascii: "<"), next != UInt8(ascii: ">") {
            put(CollectionOfOne(next))
            index += 2
        } else {
            keep(1)
        }
    }

    private mutating func readLineBreak() {
        guard self[index - 1] == 0x20, self[index - 2] == 0x20 else { return keep(1) }
        if case .text(let text) = pieces[pieces.count - 1] {
            pieces[pieces.count - 1] = .text(Array(text[...].trimmedEnd))
        }
        pieces.append(.begin("br", [:]))
        index += 1
    }

    private mutating func readReference() {
        guard let (character, next) = html.reference(at: index) else { return keep(1) }
        put(String(character).utf8)
        index = next
    }

    // MARK: tags and links

    private mutating func readTag() {
        if let next = html.comment(at: index) {
            index = next
        } else if let end = MarkdownTarget.endOfAddress(in: bytes, at: index) {
            let address = String(decoding: bytes[index + 1..<end], as: UTF8.self)
            put(
                "a", ["href": address.contains(":") ? address : "mailto:\(address)"],
                Array(bytes[index + 1..<end]))
            index = end + 1
        } else if let (tag, next) = html.tag(at: index) {
            index = next
            if !tag.isEnd, tag.name == "script" || tag.name == "style" {
                index = html.index(afterEndOf: tag.name, from: next)
            } else if tag.isEnd {
                pieces.append(.end(tag.name))
            } else {
                pieces.append(.begin(tag.name, tag.attributes))
                if tag.isClosed { pieces.append(.end(tag.name)) }
            }
        } else {
            keep(1)
        }
    }

    private mutating func readBracket() {
        guard self[index + 1] == UInt8(ascii: "^") else { return open("[") }
        let rest = bytes[(index + 2)...].prefix(256)
        guard let end = rest.firstIndex(of: UInt8(ascii: "]")), end > index + 2,
            !rest[..<end].contains(where: { $0.isMarkupSpace || $0 == UInt8(ascii: "[") })
        else { return open("[") }
        let name = String(decoding: rest[..<end], as: UTF8.self)
        if !footnotes.contains(name) { footnotes.append(name) }
        let number = (footnotes.firstIndex(of: name) ?? 0) + 1
        put("a", ["href": "#\(name)"], Array("[\(number)]".utf8))
        index = end + 1
    }

    private mutating func readBracketEnd() {
        guard let first = openings.lastIndex(where: { $0.mark.hasSuffix("[") }) else { return keep(1) }
        let opening = openings[first]
        drop(from: first)
        guard index < lastParenthesis, let target = MarkdownTarget(in: bytes, at: index + 1) else {
            return keep(1)
        }
        if opening.mark == "[" {
            pieces[opening.piece] = .begin("a", ["href": target.address])
            pieces.append(.end("a"))
        } else {
            let text = pieces[(opening.piece + 1)...].reduce(into: [UInt8]()) { text, piece in
                if case .text(let bytes) = piece { text += bytes }
            }
            pieces.removeSubrange(opening.piece...)
            let alternative = String(decoding: text, as: UTF8.self)
            let attributes = ["src": target.address, "alt": alternative, "title": target.title]
            pieces += [.begin("img", attributes), .text([])]
        }
        index = target.end
    }
}

extension UInt8 {
    fileprivate var isWordByte: Bool { isASCIILetter || isDigit || self == 0x5F || self >= 0x80 }
    var isPunctuation: Bool { 0x21...0x7E ~= self && !isASCIILetter && !isDigit }
}
