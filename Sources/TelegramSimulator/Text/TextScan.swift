/// A quick scan of a text's bytes, which tells that most texts need no parsing.
///
/// The scan is conservative. A text reported as tidy or visible is so, and an entity without its sign isn't in the
/// text. The reverse doesn't hold: a sign may lead to no entity.
struct TextScan {
    /// Signs of the entities that Telegram finds itself.
    struct Signs: OptionSet {
        let rawValue: UInt8

        static let name = Signs(rawValue: 1)
        static let command = Signs(rawValue: 2)
        static let hashtag = Signs(rawValue: 4)
        static let cashtag = Signs(rawValue: 8)
        static let phoneNumber = Signs(rawValue: 16)
        /// A dot within a word.
        static let host = Signs(rawValue: 32)
        /// `tg://`
        static let telegramLink = Signs(rawValue: 64)
    }

    private(set) var signs: Signs = []
    /// Whether the text has nothing to remove or to trim.
    private(set) var isTidy = true
    private(set) var isVisible = false
    /// In code points.
    private(set) var length = 0

    init(_ text: String) {
        var text = text
        text.withUTF8 { scan($0) }
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let first = bytes.first, let last = bytes.last else { return }
        isTidy = ![first, last].contains { $0 == 0x20 || $0 == 0x0A }
        length = bytes.count
        var before = UInt8(ascii: " ")
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x20, 0x0A: break
            case ..<0x20: isTidy = false
            case 0x23, 0x24, 0x2B, 0x2E, 0x2F, 0x3A, 0x40:
                isVisible = true
                let rest = UnsafeBufferPointer(rebasing: bytes[(index + 1)...])
                if let sign = Self.sign(byte, after: before, before: rest) { signs.insert(sign) }
            case 0x80..<0xC0: length -= 1
            // White space, zero-width characters, and some letters begin with these bytes: visibility remains unknown.
            case 0xC2, 0xE1, 0xE3, 0xEF, 0xF3: break
            // 0xCC begins combining marks, and 0xE2 0x80 separators and direction marks. Telegram removes some of each.
            case 0xCC: if [0x8A, 0xB3, 0xBF].contains(bytes[index + 1]) { isTidy = false }
            case 0xE2:
                guard bytes[index + 1] == 0x80 else { break }
                if 0xA8...0xAE ~= bytes[index + 2] || 0x8E...0x8F ~= bytes[index + 2] { isTidy = false }
            default: isVisible = true
            }
            before = byte
        }
    }

    private static func sign(
        _ byte: UInt8, after before: UInt8, before rest: UnsafeBufferPointer<UInt8>
    ) -> Signs? {
        guard let next = rest.first else { return nil }
        switch byte {
        case UInt8(ascii: "."): return next > 0x20 && next != byte ? .host : nil
        case UInt8(ascii: ":"):
            return rest.starts(with: "//".utf8) && "gGnN".utf8.contains(before) ? .telegramLink : nil
        // All other signs must be at the start of a word.
        case _ where before.isNameLetter: return nil
        case UInt8(ascii: "@"): return next.isNameLetter ? .name : nil
        case UInt8(ascii: "/"): return next.isNameLetter && before != byte ? .command : nil
        case UInt8(ascii: "#"): return next.isNameLetter || next >= 0x80 ? .hashtag : nil
        case UInt8(ascii: "$"): return next.isNameLetter ? .cashtag : nil
        default: return next.isDigit || " -()".utf8.contains(next) ? .phoneNumber : nil
        }
    }
}

extension UInt8 {
    fileprivate var isNameLetter: Bool { isASCIILetter || isDigit || self == 0x5F }
}
