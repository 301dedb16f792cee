import ArgumentParser
import BotGateway

/// Where a gateway keeps its journal.
struct StateFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "State directory (default: ~/.local/state/pipegram/BOT-ID)",
            valueName: "directory"),
        completion: .directory)
    var state: String?

    /// - Parameter bot: the bot's id; nil for the parent of all bots' directories.
    @MainActor func path(bot: String?) throws(GatewayFailure) -> String {
        if let path = StateDirectory.path(given: state, variable: Environment.variable, bot: bot) {
            return path
        }
        throw GatewayFailure(
            .noState,
            "no state directory: set --state DIR, $STATE_DIRECTORY or $HOME")
    }
}

extension StateFlags {
    /// The state directory of the configured token's bot, or of the only bot found.
    @MainActor func existingDirectory(for tokenFlags: TokenFlags) throws -> String {
        let bot = tokenFlags.tokenFile == nil ? (try? tokenFlags.token())?.bot : try tokenFlags.token().bot
        do {
            let path = try path(bot: bot)
            // A directory that was set explicitly is the same for every bot.
            guard bot == nil, try path != self.path(bot: "1") else { return path }
            let bots = StateDirectory.bots(below: path)
            guard bots.count > 1 else { return bots.first.map { "\(path)/\($0)" } ?? path }
            let places = bots.map { "\n  --state \(path)/\($0)" }.joined()
            throw Failure(.validationFailure, "several bots have run here; choose one with\(places)")
        } catch let failure as GatewayFailure {
            throw failure.asFailure
        }
    }
}
