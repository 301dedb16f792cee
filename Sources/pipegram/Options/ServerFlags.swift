import ArgumentParser
import BotAPI

/// The Bot API server.
struct ServerFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Bot API server (default: $TELEGRAM_API_URL or Telegram)", valueName: "url"))
    var apiURL: String?

    var url: ServerURL {
        get throws {
            guard let (option, given) = given else { return .official }
            do throws(ServerURL.Malformed) {
                return try ServerURL(given)
            } catch {
                throw ValidationError("Invalid \(option) '\(ServerURL.redacted(given))': it \(error).")
            }
        }
    }

    private var given: (option: String, text: String)? {
        if let apiURL { return ("--api-url", apiURL) }
        return Environment.variable("TELEGRAM_API_URL").map { ("$TELEGRAM_API_URL", $0) }
    }

    func validate() throws { _ = try url }
}
