/// The escape sequences that are written to a terminal, and those that it answers with.
package enum EscapeSequence {
    /// What "select graphic rendition" (ECMA-48) sets: `ESC [ 1 ; 32 m`.
    package enum Style: Int {
        case reset = 0
        case bold, dim, italic, underline
        case inverse = 7
        case strikethrough = 9
        /// Neither bold nor dim.
        case normalIntensity = 22
        case red = 31
        case green, yellow
        case cyan = 36
    }

    /// ESC, with which each begins.
    static let escape: UInt8 = 0x1B
    /// What a terminal sends behind text that was pasted.
    static let pasteEnd = Array("\u{1B}[201~".utf8)
    /// Asks the terminal what it is; every terminal answers.
    static let attributesQuery = "\u{1B}[c"

    package static func style(_ styles: [Style]) -> String {
        "\u{1B}[\(styles.map { "\($0.rawValue)" }.joined(separator: ";"))m"
    }

    /// - Parameter end: what takes the styles back; `.normalIntensity` leaves colours as they are.
    package static func styled(_ text: String, _ styles: Style..., end: Style = .reset) -> String {
        style(styles) + text + style([end])
    }

    /// Begins a link (OSC 8), which terminals show or pass over; an empty address ends it.
    ///
    /// - Parameter url: of printable ASCII.
    package static func link(to url: String) -> String { "\u{1B}]8;;\(url)\u{1B}\\" }

    /// A command of kitty's protocol for pictures: https://sw.kovidgoyal.net/kitty/graphics-protocol/
    package static func graphics(_ keys: String, _ data: String) -> String {
        "\u{1B}_G\(keys);\(data)\u{1B}\\"
    }
}
