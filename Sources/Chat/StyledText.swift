/// A text and its entities, nested and overlapping as they may be, made into a terminal's lines.
struct StyledText {
    /// Quotes have a bar before each line.
    private static let bar = "▌ "

    private(set) var lines: [String] = []
    private let styled: Bool
    private var line = ""
    /// What the terminal has been told, and how it is taken back.
    private var shown: [ShownEntity.Style] = []

    init(_ text: String, _ entities: [ShownEntity], styled: Bool) {
        self.styled = styled
        // The outer ones first; of the same range in the order they came.
        let starting = entities.enumerated().sorted {
            ($0.element.range.lowerBound, -$0.element.range.count, $0.offset)
                < ($1.element.range.lowerBound, -$1.element.range.count, $1.offset)
        }.map(\.element)
        var waiting = starting[...]
        var open: [ShownEntity] = []
        var offset = 0
        for scalar in text.unicodeScalars {
            end(&open, at: offset)
            // An entity may begin within a pair of surrogates: then it begins with the character after it.
            while let next = waiting.first, next.range.lowerBound <= offset {
                waiting.removeFirst()
                if next.range.upperBound > offset { open.append(next) }
            }
            put(scalar, within: open)
            offset += scalar.value > 0xFFFF ? 2 : 1
        }
        end(&open, at: offset)
        finishLine()
    }

    private mutating func end(_ open: inout [ShownEntity], at offset: Int) {
        guard open.contains(where: { $0.range.upperBound <= offset }) else { return }
        let ended = open.filter { $0.range.upperBound <= offset }
        open.removeAll { $0.range.upperBound <= offset }
        for entity in ended {
            guard !styled, let note = entity.note else { continue }
            line += " (\(TerminalSanitizer.text(note.replacing("\n", with: " "))))"
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar, within open: [ShownEntity]) {
        if scalar == "\n" { return finishLine() }
        let isQuoted = open.contains { $0.style == .quote }
        if line.isEmpty, isQuoted { line = styled ? "\u{1B}[2m\(Self.bar)\u{1B}[22m" : "> " }
        if styled { show(open.map(\.style).filter { $0 != .quote }) }
        line.unicodeScalars.append(TerminalSanitizer.sanitized(scalar))
    }

    private mutating func finishLine() {
        show([])
        lines.append(line)
        line = ""
    }

    /// Has the terminal show these styles from here on: takes back all from the first that differs.
    private mutating func show(_ styles: [ShownEntity.Style]) {
        guard styles != shown else { return }
        let same = zip(styles, shown).prefix { $0 == $1 }.count
        let dropped = shown[same...]
        // One that is still on for another reason mustn't be taken back: all is said anew.
        if !dropped.isEmpty {
            if dropped.contains(where: { if case .link = $0 { true } else { false } }) {
                line += Self.link("")
            }
            line += "\u{1B}[0m"
        }
        let begun = dropped.isEmpty ? styles[same...] : styles[...]
        let codes = begun.compactMap(Self.code)
        if !codes.isEmpty { line += "\u{1B}[\(codes.joined(separator: ";"))m" }
        for case .link(let url) in begun { line += Self.link(url) }
        shown = styles
    }

    /// OSC 8, which terminals show as a link, or pass over.
    private static func link(_ url: String) -> String {
        "\u{1B}]8;;\(TerminalSanitizer.address(url))\u{1B}\\"
    }

    private static func code(_ style: ShownEntity.Style) -> String? {
        switch style {
        case .bold: "1"
        case .italic: "3"
        case .underline, .link: "4"
        case .strikethrough: "9"
        case .spoiler: "7"
        case .code: "33"
        case .mention: "36"
        case .quote: nil
        }
    }
}
