import ArgumentParser
import BotAPI
import BotGateway
import Logging

/// The options for polling updates.
struct PollingFlags: ParsableArguments, Sendable {
    @Option(help: .duration("getUpdates timeout, at most 50s (default: 50s)"))
    var pollTimeout: DurationValue?

    private static let longestPoll = DurationValue.seconds(50)

    @Option(
        help: ArgumentHelp(
            "Update types, or 'all' (default: Telegram's choice)",
            valueName: "type,type"),
        completion: .list(["all"] + MainActor.assumeIsolated { UpdateKinds.all }))
    var allowedUpdates: String?

    @Flag(help: "Delete the bot's webhook first")
    var deleteWebhook = false

    func validate() throws {
        guard let wait = (pollTimeout ?? Self.longestPoll).duration, (.zero)...(.seconds(50)) ~= wait,
            wait.components.attoseconds == 0
        else { throw ValidationError("--poll-timeout must be whole seconds, from 0s to 50s.") }
    }

    /// - Parameter offset: the first update to ask for, from an earlier run.
    @MainActor func pollOptions(from offset: Int64? = nil, log: Logger) -> TelegramPoller.Options {
        let wait = (pollTimeout ?? Self.longestPoll).duration ?? .seconds(50)
        return .init(wait: wait, kinds: checkedKinds(log), offset: offset)
    }

    /// The kinds for `allowed_updates`. Warns of unknown ones.
    @MainActor func checkedKinds(_ log: Logger) -> [String] {
        for kind in kinds where !UpdateKinds.all.contains(kind) {
            log.warning(
                "--allowed-updates: unknown update type '\(kind)'; Telegram ignores types that it doesn't know"
            )
        }
        return kinds
    }

    @MainActor private var kinds: [String] {
        guard let allowedUpdates else { return [] }
        if allowedUpdates == "all" { return UpdateKinds.all }
        return allowedUpdates.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    }
}
