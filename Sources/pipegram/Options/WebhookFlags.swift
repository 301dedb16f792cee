import ArgumentParser
import BotAPI

/// The options for updates that Telegram posts to a webhook, instead of polling.
struct WebhookFlags: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Let Telegram post updates to this URL", valueName: "url"))
    var webhook: String?

    @Option(
        help: ArgumentHelp(
            "Address to which a proxy forwards them", valueName: ServerAddress.forms),
        completion: .file())
    var listen: ServerAddress?

    @Option(help: ArgumentHelp("Maximum updates posted at a time (default: 40)", valueName: "number"))
    var maxConnections: Int?

    /// Telegram's default.
    var connections: Int { maxConnections ?? 40 }

    func validate() throws {
        guard let webhook else {
            guard listen == nil, maxConnections == nil else {
                throw ValidationError("--listen and --max-connections need --webhook URL.")
            }
            return
        }
        guard listen != nil else {
            throw ValidationError(
                "--webhook needs --listen ADDRESS:PORT, to which a proxy forwards the requests for the URL.")
        }
        guard (1...100).contains(connections) else {
            throw ValidationError("--max-connections must be from 1 to 100.")
        }
        if let reason = Self.fault(of: webhook) {
            throw ValidationError("Invalid --webhook '\(ServerURL.redacted(webhook))': it \(reason).")
        }
    }

    /// Checks the options that belong to polling.
    func check(_ polling: PollingFlags, _ server: ServerFlags) throws {
        guard let webhook else { return }
        guard polling.pollTimeout == nil else {
            throw ValidationError("--poll-timeout and --webhook exclude each other.")
        }
        guard !polling.deleteWebhook else {
            throw ValidationError("--delete-webhook and --webhook exclude each other.")
        }
        guard webhook.lowercased().hasPrefix("https://") || server.isOther else {
            throw ValidationError(
                "Invalid --webhook '\(ServerURL.redacted(webhook))': it must start with https://; only a Bot API "
                    + "server of your own (--api-url) accepts http://.")
        }
    }

    private static func fault(of url: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: url.lowercased().hasPrefix) else {
            return "must start with https://"
        }
        guard url.unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7F...0xA0).contains($0.value) }) else {
            return "must not contain blanks or control characters"
        }
        let host = url.dropFirst(scheme.count).prefix { !"/?#:".contains($0) }
        return host.isEmpty ? "must name a host, as in https://bot.example.org/telegram" : nil
    }
}
