/// A Swift source text as words and punctuation, each with its line. Comments and the texts of string literals are left
/// out; what is interpolated into a string is code.
package struct SwiftTokens {
    package struct Token: Equatable {
        package let text: String
        package let line: Int
        package let isWord: Bool
    }

    package private(set) var tokens: [Token] = []
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// A string literal, in the place of its text.
    package static let string = "\""

    /// Operators that mean something else than their characters one by one, the longest first. `>>` isn't one: it also
    /// ends two lists of generic arguments.
    private static let operators = [
        "===", "!==", "...", "..<", "<<=", ">>=", "&+=", "&-=", "&*=", "==", "!=", "<=", ">=", "+=", "-=",
        "*=",
        "/=", "%=", "&=", "|=", "^=", "->", "&&", "||", "??",
    ].map { Array($0.utf8) }
    private static let operatorBytes = Set("=.<>&|?+-*".utf8)

    package init(_ text: String) {
        bytes = Array(text.utf8)
        while position < bytes.count { readToken() }
    }

    private func isAhead(_ text: StaticString, at offset: Int = 0) -> Bool {
        text.withUTF8Buffer { isAhead($0, at: offset) }
    }

    private func isAhead(_ text: some Collection<UInt8>, at offset: Int = 0) -> Bool {
        var index = position + offset
        for byte in text {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func readToken() {
        switch bytes[position] {
        case UInt8(ascii: "\n"):
            line += 1
            position += 1
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
        case UInt8(ascii: "/") where isAhead("//"):
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        case UInt8(ascii: "/") where isAhead("/*"): skipComment()
        case UInt8(ascii: "\""): readString(hashes: 0)
        case UInt8(ascii: "#"): readHash()
        case UInt8(ascii: "`"): readBackticks()
        case let byte where Self.isOfWord(byte): readWord()
        default: readOperator()
        }
    }

    /// Comments nest.
    private mutating func skipComment() {
        var depth = 0
        while position < bytes.count {
            if isAhead("/*") {
                depth += 1
                position += 2
            } else if isAhead("*/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                if bytes[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    private mutating func add(_ range: Range<Int>, isWord: Bool) {
        let text = String(decoding: bytes[range], as: UTF8.self)
        tokens.append(Token(text: text, line: line, isWord: isWord))
    }

    private mutating func readWord() {
        let start = position
        while position < bytes.count, Self.isOfWord(bytes[position]) { position += 1 }
        add(start..<position, isWord: true)
    }

    /// `` `default` `` is the word default.
    private mutating func readBackticks() {
        let start = position + 1
        position = start
        while position < bytes.count, bytes[position] != UInt8(ascii: "`") { position += 1 }
        add(start..<position, isWord: true)
        position += 1
    }

    private mutating func readOperator() {
        let isLonger = position + 1 < bytes.count && Self.operatorBytes.contains(bytes[position + 1])
        let length = isLonger ? Self.operators.first { isAhead($0) }?.count ?? 1 : 1
        add(position..<position + length, isWord: false)
        position += length
    }

    /// The start of a raw string, or of a directive.
    private mutating func readHash() {
        var hashes = 0
        while position + hashes < bytes.count, bytes[position + hashes] == UInt8(ascii: "#") { hashes += 1 }
        if isAhead("\"", at: hashes) {
            position += hashes
            readString(hashes: hashes)
        } else {
            add(position..<position + 1, isWord: false)
            position += 1
        }
    }

    private mutating func readString(hashes: Int) {
        tokens.append(Token(text: Self.string, line: line, isWord: false))
        let fence = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
        let isLong = isAhead("\"\"\"")
        let end = Array((isLong ? "\"\"\"" : "\"").utf8) + fence
        let escape = [UInt8(ascii: "\\")] + fence
        position += isLong ? 3 : 1
        while position < bytes.count, !isAhead(end) {
            if isAhead(escape) {
                position += escape.count
                if isAhead("(") { readInterpolation() } else { position += 1 }
            } else {
                if bytes[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }
        position += end.count
    }

    private mutating func readInterpolation() {
        let start = tokens.count
        var depth = 0
        repeat {
            let count = tokens.count
            readToken()
            guard tokens.count > count, let token = tokens.last, !token.isWord else { continue }
            if token.text == "(" { depth += 1 }
            if token.text == ")" { depth -= 1 }
        } while position < bytes.count && (depth > 0 || tokens.count == start)
    }
}
