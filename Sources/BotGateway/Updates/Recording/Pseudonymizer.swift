import BotAPI

/// Makes text up that is as long as another one and looks like it: letters for letters, digits for digits,
/// white space and punctuation as they are.
///
/// The same text becomes the same every time, by a key that only the bot has: without it nobody can try out
/// which phone number became this one.
struct Pseudonymizer {
    private let hash: SipHash

    init(secret: String) {
        // Two fingerprints of the secret are the key; it has more bits than they, so that none leads back.
        let halves: [UInt64] = [1, 2].map { SipHash(key: (0x7069_7065_6772_616D, $0))(secret.utf8) }
        hash = SipHash(key: (halves[0], halves[1]))
    }

    /// As long in UTF-16 units, in which Telegram counts. What stands behind an `@` becomes what the username
    /// becomes; the beginning of a web address stays.
    ///
    /// - Parameter kept: what stays as it is, in UTF-16 units; a username in it doesn't.
    func text(_ text: String, keeping kept: [Range<Int>] = []) -> String {
        guard !text.isEmpty else { return text }
        var stream = Stream(of: text, hash)
        while true {
            let replaced = replace(text, by: &stream, keeping: kept)
            // By chance a short one may become itself.
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

    /// The same whether written large or small, and beginning with a letter where it did.
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

/// Random numbers that are the same each time for the same text.
private struct Stream {
    private let hash: SipHash
    private let seed: UInt64
    private var position: UInt64 = 0
    /// Random numbers for four characters.
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

    /// Adds what stands for a character, as wide in UTF-16.
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
            // U+FE0F says that what stands before is an emoji.
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
