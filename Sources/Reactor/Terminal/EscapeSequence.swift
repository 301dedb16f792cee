/// Escape sequences: those sent to a terminal, and its responses.
package enum EscapeSequence {
    /// Parameters of "select graphic rendition" (SGR, ECMA-48), as in `ESC [ 1 ; 32 m`.
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

    /// ESC, the first byte of each sequence.
    static let escape: UInt8 = 0x1B
    /// Sent by a terminal after pasted text.
    static let pasteEnd = Array("\u{1B}[201~".utf8)
    /// Asks the terminal for its features ("primary device attributes"); every terminal responds.
    static let attributesQuery = "\u{1B}[c"

    package static func style(_ styles: [Style]) -> String {
        "\u{1B}[\(styles.map { "\($0.rawValue)" }.joined(separator: ";"))m"
    }

    /// - Parameter end: the style that ends the text; `.normalIntensity` keeps the colours.
    package static func styled(_ text: String, _ styles: Style..., end: Style = .reset) -> String {
        style(styles) + text + style([end])
    }

    /// Starts a hyperlink (OSC 8), which terminals show or ignore; an empty URL ends it.
    ///
    /// - Parameter url: printable ASCII only.
    package static func link(to url: String) -> String { "\u{1B}]8;;\(url)\u{1B}\\" }

    /// A command of kitty's graphics protocol: https://sw.kovidgoyal.net/kitty/graphics-protocol/
    package static func graphics(_ keys: String, _ data: String) -> String {
        "\u{1B}_G\(keys);\(data)\u{1B}\\"
    }
}
