import BotAPI

/// Reads a printed line as a terminal does: without escape sequences, and with only the last state of a line that
/// overwrites itself.
struct PrintedLine {
    private enum State {
        case text
        /// After ESC.
        case escape
        /// In a control sequence, such as a colour.
        case sequence
        /// In a string, such as a window's title or a link.
        case string
        /// After ESC in a string: the next character ends it.
        case stringEnd
    }

    private var state = State.text
    private var parameters = ""
    /// What was printed since the last return.
    private var line = String.UnicodeScalarView()
    /// What the last return left.
    private var shown = String.UnicodeScalarView()

    /// The line's visible text. Tabs stay, other control characters don't.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var printed = PrintedLine()
        for scalar in text.unicodeScalars { printed.read(scalar) }
        printed.goBack()
        return String(printed.shown)
    }

    /// The start of an escape sequence at the end of a text whose rest isn't printed yet; empty if there is none.
    static func unfinishedSequence(in text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.contains(where: isControl) else { return "" }
        var (printed, start) = (PrintedLine(), scalars.endIndex)
        for index in scalars.indices {
            if printed.state == .text { start = index }
            printed.read(scalars[index])
        }
        return printed.state == .text ? "" : String(scalars[start...])
    }

    /// Whether a line shows nothing. Telegram refuses a message of such lines.
    static func isBlank(_ line: String) -> Bool {
        // Line separators, marks of direction, joiners and such.
        let text = line.unicodeScalars.filter {
            !$0.properties.isWhitespace && !$0.properties.isDefaultIgnorableCodePoint
                && !(0x2028...0x202E ~= $0.value)
        }
        return String(String.UnicodeScalarView(text)).isInvisible
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && scalar != "\t" || 0x7F..<0xA0 ~= scalar.value
    }

    private mutating func read(_ scalar: Unicode.Scalar) {
        switch state {
        case .text: print(scalar)
        case .escape: open(scalar)
        case .sequence: readSequence(scalar)
        case .string:
            if scalar == "\u{7}" || scalar == "\u{9C}" { state = .text }
            if scalar == "\u{1B}" { state = .stringEnd }
        case .stringEnd: state = .text
        }
    }

    private mutating func print(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\u{1B}": state = .escape
        case "\u{9B}": open("[")
        case "\r": goBack()
        case "\u{8}": _ = line.popLast()
        case _ where Self.isControl(scalar): break
        default: line.append(scalar)
        }
    }

    private mutating func open(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "[": (state, parameters) = (.sequence, "")
        case "]", "P", "X", "^", "_": state = .string
        // Such as the choice of a character set, which has one more character.
        case " "..."/": break
        default: state = .text
        }
    }

    private mutating func readSequence(_ scalar: Unicode.Scalar) {
        guard "@"..."~" ~= scalar else { return parameters.unicodeScalars.append(scalar) }
        state = .text
        if scalar == "K" || scalar == "J" { erase() }
    }

    /// Erases the line: all of it with the parameter 2, else what is behind the cursor.
    private mutating func erase() {
        if parameters == "2" { line = .init() }
        if parameters == "2" || line.isEmpty { shown = .init() }
    }

    /// The cursor returns to the line's start: what is printed next overwrites what is there.
    private mutating func goBack() {
        // Spaces printed over the whole line erase it; fewer, or none, leave it.
        if !Self.isBlank(String(line)) {
            shown = line
        } else if !line.isEmpty, line.count >= shown.count {
            shown = .init()
        }
        line = .init()
    }
}
