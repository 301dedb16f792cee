/// Reads rich HTML. Unknown tags are left out, and their content is kept, except that of scripts and styles.
///
/// - SeeAlso: https://core.telegram.org/bots/api#inputrichmessage
struct RichHTML {
    struct Tag {
        let name: String
        fileprivate(set) var attributes: [String: String] = [:]
        fileprivate(set) var isEnd = false
        /// Whether the tag ends with `/>`.
        fileprivate(set) var isClosed = false
    }

    /// A longer tag is text. Without this limit, unclosed tags would take quadratic time.
    private static let tagLimit = 16_384
    private static let references: [String: UInt32] = [
        "lt": 0x3C, "gt": 0x3E, "amp": 0x26, "quot": 0x22, "apos": 0x27, "nbsp": 0xA0, "hellip": 0x2026,
        "mdash": 0x2014, "ndash": 0x2013, "lsquo": 0x2018, "rsquo": 0x2019, "ldquo": 0x201C, "rdquo": 0x201D,
    ]

    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(into tree: inout RichTree) {
        var text: [UInt8] = []
        func flush() {
            tree.text(String(decoding: text, as: UTF8.self))
            text = []
        }
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<"), let next = comment(at: index) {
                index = next
            } else if bytes[index] == UInt8(ascii: "<"), let (tag, next) = tag(at: index) {
                flush()
                index = next
                if !tag.isEnd, tag.name == "script" || tag.name == "style" {
                    index = self.index(afterEndOf: tag.name, from: index)
                } else {
                    tag.put(into: &tree)
                }
            } else if bytes[index] == UInt8(ascii: "&"), let (character, next) = reference(at: index) {
                text += String(character).utf8
                index = next
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        flush()
    }

    private subscript(index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The index after a comment; nil if there is none.
    func comment(at start: Int) -> Int? {
        guard bytes[start...].starts(with: "<!--".utf8) else { return nil }
        return index(after: "-->", from: start + 4)
    }

    func index(afterEndOf name: String, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<"), let (tag, next) = tag(at: index), tag.isEnd,
                tag.name == name
            {
                return next
            }
            index += 1
        }
        return index
    }

    private func index(after text: StaticString, from start: Int) -> Int {
        let end = text.withUTF8Buffer { Array($0) }
        var index = start
        while index < bytes.count, !bytes[index...].starts(with: end) { index += 1 }
        return min(index + end.count, bytes.count)
    }

    // MARK: tags

    /// The tag that begins at an index, and the index after it; nil if the `<` there is text.
    func tag(at start: Int) -> (Tag, next: Int)? {
        var index = start + 1
        let isEnd = self[index] == UInt8(ascii: "/")
        if isEnd { index += 1 }
        guard self[index].isASCIILetter else { return nil }
        let begin = index
        while self[index].isTagLetter { index += 1 }
        var tag = Tag(name: string(begin..<index).lowercased(), isEnd: isEnd)
        guard
            self[index].isMarkupSpace || self[index] == UInt8(ascii: ">") || self[index] == UInt8(ascii: "/")
        else {
            return nil
        }
        while index < bytes.count, index - start < Self.tagLimit {
            switch bytes[index] {
            case UInt8(ascii: ">"): return (tag, index + 1)
            case UInt8(ascii: "/"):
                tag.isClosed = self[index + 1] == UInt8(ascii: ">")
                index += 1
            case let byte where byte.isMarkupSpace: index += 1
            default:
                guard let (name, value, next) = attribute(at: index) else { return nil }
                if tag.attributes[name] == nil { tag.attributes[name] = value }
                index = next
            }
        }
        return nil
    }

    private func attribute(at start: Int) -> (name: String, value: String, next: Int)? {
        var index = start
        while index < bytes.count, !bytes[index].isMarkupSpace, !"=>/<".utf8.contains(bytes[index]) {
            index += 1
        }
        guard index > start else { return nil }
        let name = string(start..<index).lowercased()
        guard self[index] == UInt8(ascii: "=") else { return (name, "", index) }
        index += 1
        let quote = self[index]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let begin = index
            while index < bytes.count, !bytes[index].isMarkupSpace, bytes[index] != UInt8(ascii: ">") {
                index += 1
            }
            return (name, value(begin..<index), index)
        }
        let begin = index + 1
        index = begin
        while index < bytes.count, bytes[index] != quote, index - start < Self.tagLimit { index += 1 }
        guard self[index] == quote else { return nil }
        return (name, value(begin..<index), index + 1)
    }

    private func value(_ range: Range<Int>) -> String {
        var value: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "&"), let (character, next) = reference(at: index) {
                value += String(character).utf8
                index = next
            } else {
                value.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: value, as: UTF8.self)
    }

    // MARK: character references

    /// The character that a reference such as `&lt;` or `&#60;` stands for, and the index after it.
    func reference(at start: Int) -> (Unicode.Scalar, next: Int)? {
        let semicolon = bytes[start..<min(start + 12, bytes.count)].firstIndex(of: UInt8(ascii: ";"))
        guard let semicolon else { return nil }
        let name = string(start + 1..<semicolon)
        let code: UInt32?
        if name.hasPrefix("#x") || name.hasPrefix("#X") {
            code = UInt32(name.dropFirst(2), radix: 16)
        } else if name.hasPrefix("#") {
            code = UInt32(name.dropFirst())
        } else {
            code = Self.references[name]
        }
        return code.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }.map { ($0, semicolon + 1) }
    }
}

extension RichHTML.Tag {
    func put(into tree: inout RichTree) {
        if isEnd { tree.end(name) } else { tree.begin(name, attributes, isClosed: isClosed) }
    }
}

extension UInt8 {
    fileprivate var isTagLetter: Bool { isASCIILetter || isDigit || self == UInt8(ascii: "-") }
}
