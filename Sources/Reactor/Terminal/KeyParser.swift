/// Parses a terminal's bytes into keys, independently of how reads split the bytes.
struct KeyParser {
    enum Key: Equatable {
        /// A character, or a control character.
        case scalar(UInt32)
        /// Pasted text; its lines end in `\n`.
        case paste(String)
        case delete, interrupt, suspend
        /// The terminal's features: the numbers of `ESC [ ? 62 ; 4 c`.
        case attributes([Int])
        /// The terminal's response to a kitty graphics command: `OK` or an error. Only terminals with kitty graphics
        /// send one.
        case graphics(String)
    }

    /// No terminal sends a longer sequence.
    private static let sequenceLimit = 256
    /// A longer paste is taken as it is, in case its end never comes.
    private static let pasteLimit = 1 << 20

    private var bytes: [UInt8] = []
    private var isPasting = false

    /// The keys that `read` completes.
    mutating func parse(_ read: some Sequence<UInt8>) -> [Key] {
        bytes += read
        var keys: [Key] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let before = rest.count
            keys += isPasting ? parsePaste(&rest) : parseKey(&rest)
            if rest.count == before { break }
        }
        bytes = Array(rest)
        return keys
    }

    // MARK: one key

    private mutating func parseKey(_ rest: inout ArraySlice<UInt8>) -> [Key] {
        guard let first = rest.first else { return [] }
        if first == EscapeSequence.escape { return parseSequence(&rest) }
        guard first >= 0x80 else {
            rest.removeFirst()
            return Self.control(first)
        }
        return Self.parseCharacter(&rest)
    }

    private static func control(_ byte: UInt8) -> [Key] {
        switch byte {
        case 0x03: [.interrupt]
        case 0x1A: [.suspend]
        // libedit is set up to use 0x1E and 0x1F for its own purposes; NUL has no meaning.
        case 0x00, 0x1E, 0x1F: []
        default: [.scalar(UInt32(byte))]
        }
    }

    private static func parseCharacter(_ rest: inout ArraySlice<UInt8>) -> [Key] {
        let length = rest[rest.startIndex] >= 0xF0 ? 4 : rest[rest.startIndex] >= 0xE0 ? 3 : 2
        let bytes = rest.prefix(length)
        let isBroken = rest[rest.startIndex] < 0xC0 || bytes.dropFirst().contains { $0 & 0xC0 != 0x80 }
        guard !isBroken else {
            rest.removeFirst()
            return []
        }
        guard bytes.count == length else { return [] }
        rest.removeFirst(length)
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
        guard scalars.count == 1, let scalar = scalars.first, scalar.value >= 0xA0 else { return [] }
        return [.scalar(scalar.value)]
    }

    // MARK: escape sequences

    private mutating func parseSequence(_ rest: inout ArraySlice<UInt8>) -> [Key] {
        let sequence = rest.dropFirst()
        switch sequence.first {
        case nil:
            // The Escape key or the start of a sequence; the next byte decides.
            return []
        case UInt8(ascii: "["):
            return parseControlSequence(&rest)
        case UInt8(ascii: "O"):
            guard let final = sequence.dropFirst().first else { return [] }
            rest.removeFirst(3)
            return Self.keys(of: final, parameters: [])
        case UInt8(ascii: "_"), UInt8(ascii: "P"), UInt8(ascii: "]"):
            return Self.parseString(&rest)
        case EscapeSequence.escape:
            rest.removeFirst()
            return []
        case let next?:
            rest.removeFirst(2)
            // Alt and a character.
            return next < 0x80 && next >= 0x20 ? [.scalar(0x1B), .scalar(UInt32(next))] : []
        }
    }

    private mutating func parseControlSequence(_ rest: inout ArraySlice<UInt8>) -> [Key] {
        let body = rest.dropFirst(2)
        guard let end = body.firstIndex(where: { !(0x20..<0x40).contains($0) }) else {
            if body.count > Self.sequenceLimit { rest.removeFirst() }
            return []
        }
        let text = String(decoding: body[..<end], as: UTF8.self)
        let final = body[end]
        rest = rest[(end + 1)...]
        if text == "200", final == UInt8(ascii: "~") {
            isPasting = true
            return []
        }
        if text.hasPrefix("?") {
            let numbers = text.dropFirst().split(separator: ";").compactMap { Int($0) }
            return final == UInt8(ascii: "c") ? [.attributes(numbers)] : []
        }
        return Self.keys(of: final, parameters: text.split(separator: ";").map { Int($0) ?? 0 })
    }

    /// Maps arrows, Home, End and Delete to the control keys that every line editor understands.
    private static func keys(of final: UInt8, parameters: [Int]) -> [Key] {
        let isModified = parameters.count > 1 && parameters[1] > 2
        func control(_ letter: Character) -> [Key] { [.scalar(UInt32(letter.asciiValue ?? 0) & 0x1F)] }
        func alt(_ letter: Unicode.Scalar) -> [Key] { [.scalar(0x1B), .scalar(letter.value)] }
        switch (final, parameters.first) {
        case (UInt8(ascii: "A"), _): return control("P")
        case (UInt8(ascii: "B"), _): return control("N")
        case (UInt8(ascii: "C"), _): return isModified ? alt("f") : control("F")
        case (UInt8(ascii: "D"), _): return isModified ? alt("b") : control("B")
        case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), 1), (UInt8(ascii: "~"), 7): return control("A")
        case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), 4), (UInt8(ascii: "~"), 8): return control("E")
        case (UInt8(ascii: "~"), 3): return isModified ? alt("d") : [.delete]
        case (UInt8(ascii: "M"), nil): return control("M")
        default: return []
        }
    }

    /// Parses `ESC _ … ESC \`, `ESC P …` and `ESC ] …`: never typed, only sent as responses by terminals.
    private static func parseString(_ rest: inout ArraySlice<UInt8>) -> [Key] {
        let body = rest.dropFirst(2)
        // Otherwise it is Alt with `_`, or garbage.
        let begins =
            body.isEmpty || body.first == UInt8(ascii: "G") || rest.dropFirst().first != UInt8(ascii: "_")
        let end = body.firstIndex { $0 == EscapeSequence.escape || $0 == 0x07 || $0 < 0x20 }
        guard begins, body.count <= sequenceLimit || end != nil else {
            rest.removeFirst(2)
            return []
        }
        guard let end else { return [] }
        if body[end] == EscapeSequence.escape, end + 1 == rest.endIndex { return [] }
        let isGraphics = rest.dropFirst().first == UInt8(ascii: "_")
        let text = String(decoding: body[..<end], as: UTF8.self)
        let isEnded = body[end] == EscapeSequence.escape && rest[end + 1] == UInt8(ascii: "\\")
        rest = rest[(isEnded ? end + 2 : body[end] == 0x07 ? end + 1 : end)...]
        guard isGraphics, let answer = text.firstIndex(of: ";") else { return [] }
        return [.graphics(String(text[text.index(after: answer)...]))]
    }

    // MARK: pasted text

    private mutating func parsePaste(_ rest: inout ArraySlice<UInt8>) -> [Key] {
        guard let end = rest.firstRange(of: EscapeSequence.pasteEnd) else {
            guard rest.count > Self.pasteLimit else { return [] }
            isPasting = false
            defer { rest = [] }
            return [.paste(Self.text(rest))]
        }
        isPasting = false
        defer { rest = rest[end.upperBound...] }
        return [.paste(Self.text(rest[..<end.lowerBound]))]
    }

    /// Terminals send `\r` at the end of a line. Other control characters are dropped: the editor would treat them as
    /// keys.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let unified = String(decoding: bytes, as: UTF8.self).unicodeScalars.split(
            separator: "\r\n".unicodeScalars, omittingEmptySubsequences: false
        ).joined(separator: "\n".unicodeScalars)
        var text = String.UnicodeScalarView()
        for scalar in unified {
            if scalar == "\r" || scalar == "\n" {
                text.append("\n")
            } else if scalar == "\t" || scalar.value >= 0x20, !(0x7F..<0xA0).contains(scalar.value) {
                text.append(scalar)
            }
        }
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}
