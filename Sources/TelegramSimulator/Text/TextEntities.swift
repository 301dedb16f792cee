/// Finds the entities that Telegram detects itself: `@name`, `#tag`, `$TAG`, `/command`, links, e-mail addresses, phone
/// numbers.
///
/// Telegram finds more: phone numbers without a plus sign, bank card numbers, and all top-level domains. This knows
/// only those of countries and the common ones (``TopLevelDomains``).
enum TextEntities {
    /// - Returns: the entities, in order and disjoint.
    static func find(in text: String) -> [TextEntity] {
        find(TextScan(text).signs, in: text)
    }

    /// - Parameter signs: the text's signs, as found by ``TextScan``.
    static func find(_ signs: TextScan.Signs, in text: String) -> [TextEntity] {
        guard !signs.isEmpty else { return [] }
        let letters = text.unicodeScalars.map(\.value)
        let finder = Finder(letters: letters)
        let hosts = URLDetector(letters: letters)
        let ways: [(sign: TextScan.Signs, find: () -> [Found])] = [
            (.name, finder.names), (.command, finder.commands), (.hashtag, finder.hashtags),
            (.cashtag, finder.cashtags), (.phoneNumber, finder.phoneNumbers),
            (.telegramLink, hosts.telegramLinks), (.host, hosts.others),
        ]
        let found = ways.flatMap { signs.contains($0.sign) ? $0.find() : [] }
        let entities = found.map { TextEntity($0.kind, $0.range.lowerBound, $0.range.count) }
        return placed(EntityNesting.disjoint(entities.inOrder()), in: letters)
    }

    /// - Parameter entities: in order, with offsets in code points.
    /// - Returns: the entities with offsets in UTF-16 code units.
    private static func placed(_ entities: [TextEntity], in letters: [UInt32]) -> [TextEntity] {
        var next = 0
        var offset = 0
        func go(to index: Int) -> Int {
            for letter in letters[next..<index] { offset += letter > 0xFFFF ? 2 : 1 }
            next = index
            return offset
        }
        return entities.map { entity in
            let start = go(to: entity.offset)
            return TextEntity(entity.kind, start, go(to: entity.end) - start)
        }
    }

    typealias Found = (kind: TextEntity.Kind, range: Range<Int>)

    private struct Finder {
        let letters: [UInt32]

        private func word(after start: Int) -> Range<Int> {
            var end = start
            while end < letters.count, letters[end].isNameLetter { end += 1 }
            return start..<end
        }

        /// Calls `body` with each index of a character.
        private func each(_ character: Unicode.Scalar, _ body: (Int) -> Found?) -> [Found] {
            letters.indices.compactMap { letters[$0] == character.value ? body($0) : nil }
        }

        private func letter(at index: Int) -> UInt32? {
            letters.indices.contains(index) ? letters[index] : nil
        }

        private func isWord(_ index: Int) -> Bool { letter(at: index)?.isWordLetter ?? false }

        private func isTag(_ index: Int) -> Bool { letter(at: index)?.isTagLetter ?? false }

        private func isOne(of characters: String, _ index: Int) -> Bool {
            guard let letter = letter(at: index) else { return false }
            return characters.unicodeScalars.contains { $0.value == letter }
        }

        func names() -> [Found] {
            each("@") { start in
                guard !isWord(start - 1) else { return nil }
                let name = word(after: start + 1)
                guard 2...32 ~= name.count, !isWord(name.upperBound) else { return nil }
                let isShort = name.count < 4 && !["gif", "vid", "pic"].contains(text(name).lowercased())
                return isShort ? nil : (.mention, start..<name.upperBound)
            }
        }

        func commands() -> [Found] {
            each("/") { start in
                guard !isWord(start - 1), !isOne(of: "/<>", start - 1) else { return nil }
                let command = word(after: start + 1)
                guard 1...64 ~= command.count else { return nil }
                var end = command.upperBound
                if letter(at: end) == 0x40 {
                    let name = word(after: end + 1)
                    guard 3...32 ~= name.count else { return nil }
                    end = name.upperBound
                }
                return isWord(end) || isOne(of: "/<>", end) ? nil : (.botCommand, start..<end)
            }
        }

        func hashtags() -> [Found] {
            each("#") { start in
                guard !isTag(start - 1) else { return nil }
                var end = start + 1
                while isTag(end) { end += 1 }
                guard !isOne(of: "#", end) else { return nil }
                end = min(end, start + 257)
                let hasLetter = letters[start + 1..<end].contains(where: \.isLetter)
                return hasLetter ? (.hashtag, start..<end) : nil
            }
        }

        func cashtags() -> [Found] {
            each("$") { start in
                guard !isTag(start - 1), !isOne(of: "$", start - 1) else { return nil }
                var end = start + 1
                if text(end..<min(end + 5, letters.count)) == "1INCH" {
                    end += 5
                } else {
                    while let letter = letter(at: end), 0x41...0x5A ~= letter { end += 1 }
                }
                guard 1...8 ~= end - start - 1, !isTag(end), !isOne(of: "$", end) else { return nil }
                return (.cashtag, start..<end)
            }
        }

        /// A plus sign and 7 to 15 digits. Up to two spaces, hyphens or parentheses may separate two digits.
        func phoneNumbers() -> [Found] {
            each("+") { start in
                guard !isWord(start - 1), !isOne(of: "+", start - 1) else { return nil }
                var end = start + 1
                var next = end
                var digits = 0
                while let letter = letter(at: next), letter.isASCIIDigit || isOne(of: " -()", next),
                    digits < 16
                {
                    next += 1
                    guard letter.isASCIIDigit else {
                        if next - end > 2 { break }
                        continue
                    }
                    digits += 1
                    end = next
                }
                return 7...15 ~= digits && !isWord(end) ? (.phoneNumber, start..<end) : nil
            }
        }

        private func text(_ range: Range<Int>) -> String { String(letters: letters[range]) }
    }
}

extension String {
    init(letters: some Sequence<UInt32>) {
        self.init(String.UnicodeScalarView(letters.compactMap { Unicode.Scalar($0) }))
    }
}

/// Character classes of code points.
extension UInt32 {
    var isASCIIDigit: Bool { 0x30...0x39 ~= self }
    /// A character of a user name or a command.
    var isNameLetter: Bool { self == 0x5F || isASCIIDigit || 0x41...0x5A ~= self || 0x61...0x7A ~= self }

    private var category: Unicode.GeneralCategory? { Unicode.Scalar(self)?.properties.generalCategory }

    var isLetter: Bool {
        if self < 0x80 { return 0x41...0x5A ~= self || 0x61...0x7A ~= self }
        switch category {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }

    var isSeparator: Bool {
        if self < 0x80 { return self <= 0x20 }
        switch category {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }

    /// A character of a word. User names and commands begin and end at word boundaries.
    var isWordLetter: Bool {
        if self < 0x80 { return isNameLetter }
        switch category {
        case .decimalNumber, .letterNumber, .otherNumber: return true
        default: return isLetter
        }
    }

    /// A character of a hashtag. Includes the zero-width non-joiner, the middle dot, and the Sinhala block.
    var isTagLetter: Bool {
        if self < 0x80 { return isNameLetter }
        return self == 0x200C || self == 0xB7 || 0xD80...0xDFF ~= self || category == .decimalNumber
            || isLetter
    }
}
