import BotAPI

/// Replaces text by pseudonyms of the same length and form: letters become letters, digits become digits, and white
/// space and punctuation stay.
///
/// The same text always becomes the same pseudonym. A key derived from the bot's token decides which: without the
/// token, guesses such as phone numbers can't be tested.
struct Pseudonymizer {
    private let hash: SipHash

    init(secret: String) {
        // The key is two hashes of the secret. The secret has more bits than both together, so they don't reveal it.
        let halves: [UInt64] = [1, 2].map { SipHash(key: (0x7069_7065_6772_616D, $0))(secret.utf8) }
        hash = SipHash(key: (halves[0], halves[1]))
    }

    /// Replaces a text, with the same length in UTF-16 units, Telegram's unit for offsets. A username behind an `@` is
    /// replaced as by `username`; the scheme of a URL stays.
    ///
    /// - Parameter kept: the ranges to keep, in UTF-16 units; usernames in them are replaced nevertheless.
    func text(_ text: String, keeping kept: [Range<Int>] = []) -> String {
        guard !text.isEmpty else { return text }
        var stream = Stream(of: text, hash)
        while true {
            let replaced = replace(text, by: &stream, keeping: kept)
            // A short text may happen to be replaced by itself.
            if replaced != text || !stream.hasReplaced || stream.round == 100 { return replaced }
            stream.startAnew()
        }
    }

    private func replace(_ text: String, by stream: inout Stream, keeping kept: [Range<Int>]) -> String {
        let start = Self.schemes.first { text.hasPrefix($0) }?.utf16.count ?? 0
        var (replaced, offset) = ("", 0)
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            let isKept = offset < start || kept.contains { $0.contains(offset) }
            offset += UTF16.width(scalar)
            if scalar == "@" {
                let name = rest.prefix(while: Self.isInUsername)
                rest = rest.dropFirst(name.count)
                offset += name.count
                replaced += "@" + username(String(name))
            } else if isKept {
                replaced.unicodeScalars.append(scalar)
            } else {
                stream.append(scalar, to: &replaced)
            }
        }
        return replaced
    }

    private static let schemes = ["https://", "http://", "tg://"]

    private static func isInUsername(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
    }

    /// Replaces a username: the same pseudonym in upper and lower case, with letters where the name has letters.
    func username(_ name: String) -> String {
        guard !name.isEmpty else { return name }
        var stream = Stream(of: "@" + name.lowercased(), hash)
        while true {
            var replaced = ""
            for scalar in name.unicodeScalars { stream.append(scalar, to: &replaced) }
            if replaced.lowercased() != name.lowercased() || !stream.hasReplaced || stream.round == 100 {
                return replaced
            }
            stream.startAnew()
        }
    }
}

/// A stream of pseudorandom numbers, the same each time for the same text.
private struct Stream {
    private let hash: SipHash
    private let seed: UInt64
    private var position: UInt64 = 0
    /// 64 pseudorandom bits, enough for four characters.
    private var word: UInt64 = 0
    private(set) var round: UInt64 = 0
    private(set) var hasReplaced = false

    init(of text: String, _ hash: SipHash) {
        self.hash = hash
        seed = hash(text.utf8)
    }

    mutating func startAnew() {
        round += 1
        position = 0
    }

    private mutating func next(below limit: UInt32) -> UInt32 {
        hasReplaced = true
        if position.isMultiple(of: 4) { word = number }
        defer { position += 1 }
        return UInt32(truncatingIfNeeded: word >> (position % 4 * 16)) % (1 << 16) % limit
    }

    private var number: UInt64 {
        hash(
            [seed, round, position].flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
            })
    }

    /// Appends the replacement of a character, with the same width in UTF-16.
    mutating func append(_ scalar: Unicode.Scalar, to text: inout String) {
        let width = UTF16.width(scalar)
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter:
            text += letters("A", width)
        case .decimalNumber, .letterNumber, .otherNumber:
            text += character(in: "0", 10, width)
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate:
            if width == 1 { text.unicodeScalars.append(scalar) } else { text += character(in: "😀", 64, 1) }
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            text.unicodeScalars.append(scalar)
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            appendSymbol(scalar, width, to: &text)
        default:
            // U+FE0F marks the preceding character as an emoji.
            if scalar == "\u{FE0F}" {
                text.unicodeScalars.append(scalar)
            } else {
                text += letters("a", width)
            }
        }
    }

    private mutating func appendSymbol(_ scalar: Unicode.Scalar, _ width: Int, to text: inout String) {
        if scalar.isASCII {
            text.unicodeScalars.append(scalar)
        } else if width == 1 {
            text += character(in: "\u{2600}", 16, 1)
        } else {
            text += character(in: "😀", 64, 1)
        }
    }

    private mutating func letters(_ first: Unicode.Scalar, _ count: Int) -> String {
        character(in: first, 26, count)
    }

    private mutating func character(in first: Unicode.Scalar, _ limit: UInt32, _ count: Int) -> String {
        var text = ""
        for _ in 0..<count {
            if let scalar = Unicode.Scalar(first.value + next(below: limit)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
