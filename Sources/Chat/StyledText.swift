import Reactor

/// A text and its entities, nested and overlapping as they may be, made into a terminal's lines.
struct StyledText {
    /// Quotes have a bar before each line.
    private static let bar = "▌ "

    private(set) var lines: [String] = []
    private let styled: Bool
    private var line = ""
    /// What the terminal has been told, and how it is taken back.
    private var applied: [TextEntity.Style] = []

    init(_ text: String, _ entities: [TextEntity], styled: Bool) {
        self.styled = styled
        // The outer ones first; of the same range in the order they came.
        let starting = entities.enumerated().sorted {
            ($0.element.range.lowerBound, -$0.element.range.count, $0.offset)
                < ($1.element.range.lowerBound, -$1.element.range.count, $1.offset)
        }.map(\.element)
        var waiting = starting[...]
        var open: [TextEntity] = []
        var offset = 0
        for scalar in text.unicodeScalars {
            end(&open, at: offset)
            // An entity may begin within a pair of surrogates: then it begins with the character after it.
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

    /// Has the terminal show these styles from here on: takes back all from the first that differs.
    private mutating func apply(_ styles: [TextEntity.Style]) {
        guard styles != applied else { return }
        let same = zip(styles, applied).prefix { $0 == $1 }.count
        let dropped = applied[same...]
        // One that is still on for another reason mustn't be taken back: all is said anew.
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
