import BotAPI
import JSON

/// Where a bot wants its updates posted, as setWebhook tells it.
///
/// - SeeAlso: https://core.telegram.org/bots/api#setwebhook
struct Webhook {
    let url: String
    /// How many updates may be under way at a time.
    let connections: Int
    /// Goes with each update in a header of its own; empty for none.
    let secret: String
    /// The bot uploaded its certificate: nobody else vouches for it.
    let hasCertificate: Bool
    /// As the bot gave it; empty where it didn't.
    let address: String

    /// Reads setWebhook's parameters. Unlike the hosted server this one takes plain HTTP, any port and any address,
    /// as one run with `--local` does.
    ///
    /// Fails as Telegram does where the address or the secret is none.
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

    /// The headers that go with each update.
    var headers: [(name: String, value: String)] {
        secret.isEmpty ? [] : [("X-Telegram-Bot-Api-Secret-Token", secret)]
    }
}
