import JSON
import Reactor

/// The buttons of a message, numbered from 1 in reading order.
struct MessageButtons {
    /// Their texts, row by row.
    let rows: [[String]]
    /// The actions of buttons that aren't callbacks, such as a URL or `contact`; by index.
    private let kinds: [String?]
    private let isReplyKeyboard: Bool
    /// Whether the message removes the reply keyboard.
    private let isRemoved: Bool

    /// - Parameter markup: a message's `reply_markup`. Only inline keyboards and reply keyboards have buttons.
    init(of markup: JSON) {
        let keyboard = markup["inline_keyboard"] ?? markup["keyboard"]
        isReplyKeyboard = markup["keyboard"] != nil
        isRemoved = markup["remove_keyboard"]?.bool == true
        let buttons = keyboard?.elements.map(\.elements) ?? []
        rows = buttons.map { $0.map { $0["text"]?.string ?? $0.string ?? "" } }.filter { !$0.isEmpty }
        kinds = buttons.joined().map(Self.kind)
    }

    private static func kind(_ button: JSON) -> String? {
        if let url = button["url"]?.string ?? button["login_url"]?["url"]?.string
            ?? button["web_app"]?["url"]?.string
        {
            return url
        }
        let words = [
            ("request_contact", "contact"), ("request_location", "location"), ("request_poll", "poll"),
            ("request_users", "users"), ("request_chat", "chat"), ("pay", "pay"), ("copy_text", "copy"),
            ("switch_inline_query", "inline"), ("switch_inline_query_current_chat", "inline"),
            ("switch_inline_query_chosen_chat", "inline"),
        ]
        return words.first { button[$0.0] != nil }?.1
    }

    /// `[1 Yes] [2 No]`, one line per row. A button's URL or request follows its text in ‹›.
    /// A reply keyboard's buttons look like `(1 Yes)`.
    func lines(styled: Bool) -> [String] {
        if isRemoved { return [style("(keyboard removed)", .dim, styled)] }
        var number = 0
        return rows.map { row in
            row.map { text in
                number += 1
                let label = TerminalSanitizer.text(text.replacing("\n", with: " "))
                let kind = kinds[number - 1].map { " ‹\(TerminalSanitizer.text($0))›" } ?? ""
                let digits = style("\(number)", .bold, styled)
                return isReplyKeyboard ? "(\(digits) \(label)\(kind))" : "[\(digits) \(label)\(kind)]"
            }.joined(separator: " ")
        }
    }

    private func style(_ text: String, _ style: EscapeSequence.Style, _ styled: Bool) -> String {
        styled ? EscapeSequence.styled(text, style, end: .normalIntensity) : text
    }
}
