/// The bot's secret for the Bot API: `7:AAF…`. It must not appear in any message.
package struct BotToken {
    package let text: String

    /// Why a text can't be a token.
    package enum Malformed: Error, CustomStringConvertible {
        case empty
        case notAToken

        package var description: String {
            switch self {
            case .empty: "it is empty"
            case .notAToken: "it must be digits, a colon, then letters and digits"
            }
        }
    }

    /// Surrounding white space is stripped, because editors add a newline at the end of a file.
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

    /// The bot's id, which isn't secret.
    package var bot: String { String(text.prefix { $0 != ":" }) }

    /// The message with each occurrence of the token replaced, also of a percent-encoded one.
    package func redact(_ message: String) -> String {
        forms.reduce(message) { message, form in
            message.split(separator: form, omittingEmptySubsequences: false).joined(separator: "<token>")
        }
    }

    private var forms: [String] {
        [text] + ["%3A", "%3a"].map { colon in text.split(separator: ":").joined(separator: colon) }
    }

    /// The error without the token: a server other than Telegram may echo the request.
    package func redact(_ error: BotAPIError) -> BotAPIError {
        guard isIn(error.reason) else { return error }
        return BotAPIError(code: error.code, reason: redact(error.reason), parameters: error.parameters)
    }

    /// Whether the text contains the token.
    package func isIn(_ value: String) -> Bool {
        forms.contains { value.contains($0) }
    }
}
