/// The secret that Telegram sends with each update to a webhook. Requests without it aren't Telegram's.
///
/// - SeeAlso: https://core.telegram.org/bots/api#setwebhook
package struct WebhookSecret: CustomStringConvertible {
    package static let header = "X-Telegram-Bot-Api-Secret-Token"

    /// All characters that Telegram allows.
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-".utf8)
    /// 258 random bits.
    private static let length = 43

    private let bytes: [UInt8]

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A new one, from the kernel's random numbers.
    package static func random() -> WebhookSecret {
        var generator = SystemRandomNumberGenerator()
        return WebhookSecret((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
    }

    /// For the parameter of setWebhook, and for nothing else.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package var description: String { "<secret>" }

    /// Whether this is the secret. The time that it takes tells nothing about the secret but its length.
    package func matches(_ given: String) -> Bool {
        let given = Array(given.utf8)
        guard given.count == bytes.count else { return false }
        return zip(bytes, given).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
