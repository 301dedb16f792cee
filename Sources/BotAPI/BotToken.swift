/// What proves to Telegram that this is the bot: `7:AAF…`. It stays out of every message.
package struct BotToken {
    package let text: String

    /// Why what was given can't be a token.
    package enum Malformed: Error, CustomStringConvertible {
        case empty
        case notAToken

        package var description: String {
            switch self {
            case .empty: "it is empty"
            case .notAToken: "it doesn't look like one: digits, a colon, then letters and digits"
            }
        }
    }

    /// White space around it is cut off, as an editor leaves it at a file's end.
    package init(_ text: String) throws(Malformed) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let token = words.first else { throw .empty }
        let parts = token.split(separator: ":", omittingEmptySubsequences: false)
        let isSecret = { (part: Substring) in
            part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        }
        guard words.count == 1, parts.count == 2, let id = parts.first, let secret = parts.last,
            !id.isEmpty, !secret.isEmpty, id.allSatisfy({ $0.isASCII && $0.isNumber }), isSecret(secret)
        else { throw .notAToken }
        self.text = String(token)
    }

    /// The bot's id, which is no secret.
    package var bot: String { String(text.prefix { $0 != ":" }) }

    /// The text with the token, wherever it stands in it, covered up.
    package func redact(_ message: String) -> String {
        let parts = message.split(separator: text, omittingEmptySubsequences: false)
        return parts.joined(separator: "<token>")
    }

    /// A refusal without the token: a server that isn't Telegram's may say back what it was asked.
    package func redact(_ error: BotAPIError) -> BotAPIError {
        guard isIn(error.reason) else { return error }
        return BotAPIError(code: error.code, reason: redact(error.reason), parameters: error.parameters)
    }

    /// Whether the token stands in the text.
    package func isIn(_ value: String) -> Bool {
        value.contains(text)
    }
}
