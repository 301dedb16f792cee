import ArgumentParser
import BotGateway

/// The Bot API server.
struct ServerFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Bot API server (default: $TELEGRAM_API_URL or Telegram)", valueName: "url"))
    var apiURL: String?

    var url: String { apiURL ?? Environment.variable("TELEGRAM_API_URL") ?? BotAPIClient.officialURL }

    func validate() throws {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw ValidationError(
                "Invalid --api-url or $TELEGRAM_API_URL '\(url)': it must start with http:// or https://.")
        }
    }
}
