/// A code that lets in the first user who sends it to the bot.
package struct PairingCode: CustomStringConvertible {
    /// Without those that look like others.
    private static let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    private static let length = 8

    /// Without the hyphen that makes it easier to read: the start parameter of a link.
    package let text: String

    package init() {
        text = String((0..<Self.length).compactMap { _ in Self.letters.randomElement() })
    }

    package var description: String { "\(text.prefix(4))-\(text.dropFirst(4))" }

    /// Whether a message is the code, or that of a link which has it: `/start K7QF2M9X`.
    func isIn(_ message: String) -> Bool {
        let words = message.split(whereSeparator: \.isWhitespace)
        let code = words.first == "/start" ? words.dropFirst().joined() : words.joined()
        return code.replacing("-", with: "").uppercased() == text
    }
}
