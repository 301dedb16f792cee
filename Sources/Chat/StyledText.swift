import Reactor

/// Renders a text with nested or overlapping entities as lines for a terminal.
struct StyledText {
    /// Each line of a quote starts with a bar.
    private static let bar = "▌ "

    private(set) var lines: [String] = []
    private let styled: Bool
    private var line = ""
    /// The styles in effect at the end of `line`, outermost first.
    private var applied: [TextEntity.Style] = []

    init(_ text: String, _ entities: [TextEntity], styled: Bool) {
        self.styled = styled
        // Outer entities first; those of the same range keep their order.
        let starting = entities.enumerated().sorted {
            ($0.element.range.lowerBound, -$0.element.range.count, $0.offset)
                < ($1.element.range.lowerBound, -$1.element.range.count, $1.offset)
        }.map(\.element)
        var waiting = starting[...]
        var open: [TextEntity] = []
        var offset = 0
        for scalar in text.unicodeScalars {
            end(&open, at: offset)
            // An entity that begins within a surrogate pair starts at the next character.
            while let next = waiting.first, next.range.lowerBound <= offset {
                waiting.removeFirst()
                if next.range.upperBound > offset { open.append(next) }
            }
            append(scalar, within: open)
            offset += scalar.value > 0xFFFF ? 2 : 1
        }
        end(&open, at: offset)
        finishLine()
    }

    private mutating func end(_ open: inout [TextEntity], at offset: Int) {
        guard open.contains(where: { $0.range.upperBound <= offset }) else { return }
        let ended = open.filter { $0.range.upperBound <= offset }
        open.removeAll { $0.range.upperBound <= offset }
        for entity in ended {
            guard !styled, let note = entity.note else { continue }
            line += " (\(TerminalSanitizer.text(note.replacing("\n", with: " "))))"
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar, within open: [TextEntity]) {
        if scalar == "\n" { return finishLine() }
        let isQuoted = open.contains { $0.style == .quote }
        if line.isEmpty, isQuoted {
            line = styled ? EscapeSequence.styled(Self.bar, .dim, end: .normalIntensity) : "> "
        }
        if styled { apply(open.map(\.style).filter { $0 != .quote }) }
        line.unicodeScalars.append(TerminalSanitizer.sanitized(scalar))
    }

    private mutating func finishLine() {
        apply([])
        lines.append(line)
        line = ""
    }

    /// Switches to these styles: ends all styles from the first that differs, then starts the new ones.
    private mutating func apply(_ styles: [TextEntity.Style]) {
        guard styles != applied else { return }
        let same = zip(styles, applied).prefix { $0 == $1 }.count
        let dropped = applied[same...]
        // Resetting one style also resets others that are still needed, so all are started again.
        if !dropped.isEmpty {
            if dropped.contains(where: { if case .link = $0 { true } else { false } }) {
                line += EscapeSequence.link(to: "")
            }
            line += EscapeSequence.style([.reset])
        }
        let begun = dropped.isEmpty ? styles[same...] : styles[...]
        let rendition = begun.compactMap(Self.rendition)
        if !rendition.isEmpty { line += EscapeSequence.style(rendition) }
        for case .link(let url) in begun {
            line += EscapeSequence.link(to: TerminalSanitizer.address(url))
        }
        applied = styles
    }

    private static func rendition(of style: TextEntity.Style) -> EscapeSequence.Style? {
        switch style {
        case .bold: .bold
        case .italic: .italic
        case .underline, .link: .underline
        case .strikethrough: .strikethrough
        case .spoiler: .inverse
        case .code: .yellow
        case .mention: .cyan
        case .quote: nil
        }
    }
}
