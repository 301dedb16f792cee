import ArgumentParser
import BotAPI
import Glibc
import Reactor

/// The Bot API server, and the bot's token for it.
struct ServerFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Bot API server (default: $TELEGRAM_API_URL or Telegram)", valueName: "url"))
    var apiURL: String?

    @Option(
        help: ArgumentHelp("Trusted certificates (default: the system's)", valueName: "file"),
        completion: .file())
    var caFile: String?

    @OptionGroup var tokenFlags: TokenFlags

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

    /// A server other than Telegram's was given.
    var isOther: Bool { given != nil }

    private var given: (option: String, text: String)? {
        if let apiURL { return ("--api-url", apiURL) }
        return Environment.variable("TELEGRAM_API_URL").map { ("$TELEGRAM_API_URL", $0) }
    }

    /// The file with the trusted certificates; nil for libcurl's own.
    var certificates: String? { caFile ?? CertificateBundle.path(variable: Environment.variable) }

    func validate() throws {
        _ = try url
        guard let caFile, access(caFile, R_OK) != 0 else { return }
        throw ValidationError("Invalid --ca-file '\(caFile)': \(String(cString: strerror(errno))).")
    }
}
