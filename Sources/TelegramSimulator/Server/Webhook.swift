import BotAPI
import JSON

/// A bot's webhook, as in the parameters of setWebhook.
///
/// - SeeAlso: https://core.telegram.org/bots/api#setwebhook
struct Webhook {
    let url: String
    /// The maximum number of updates in flight.
    let connections: Int
    /// Sent with each update in a header; empty for none.
    let secret: String
    /// Whether the bot uploaded its own certificate, which no authority needs to have signed.
    let hasCertificate: Bool
    /// The IP address that the bot gave; empty if it gave none.
    let address: String

    /// Parses setWebhook's parameters. Unlike the hosted server, this accepts plain HTTP, any port and any address,
    /// like a server run with `--local`.
    ///
    /// Fails like Telegram if the URL or the secret is invalid.
    init(_ arguments: Arguments, hasCertificate: Bool) throws(BotAPIError) {
        let given = arguments.text("url")
        url = given.contains("://") ? given : "https://\(given)"
        guard Self.isAddress(url) else { throw .badRequest("invalid webhook URL specified") }
        secret = arguments.text("secret_token")
        guard secret.utf8.count <= 256 else { throw .badRequest("secret token is too long") }
        guard
            secret.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
        else { throw .badRequest("secret token contains unallowed characters") }
        connections = Int(min(max(arguments.integer("max_connections") ?? 40, 1), 100_000))
        address = arguments.text("ip_address")
        self.hasCertificate = hasCertificate
    }

    private static func isAddress(_ url: String) -> Bool {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, ["http", "https"].contains(parts[0].lowercased()) else { return false }
        let host = parts[1].prefix { !"/?#".contains($0) }
        return !host.isEmpty && host.first != ":"
            && url.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    }

    /// The headers of each posted update.
    var headers: [(name: String, value: String)] {
        secret.isEmpty ? [] : [("X-Telegram-Bot-Api-Secret-Token", secret)]
    }
}
