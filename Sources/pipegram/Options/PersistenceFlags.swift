import ArgumentParser
import BotGateway
import Logging

/// Whether a gateway keeps its state on disk, and where.
struct PersistenceFlags: ParsableArguments, Sendable {
    @OptionGroup var stateFlags: StateFlags

    @Flag(help: "Keep events and calls in memory only")
    var noState = false

    func validate() throws {
        if stateFlags.state != nil, noState {
            throw ValidationError("--state and --no-state exclude each other.")
        }
    }

    /// Nil with --no-state.
    ///
    /// - Parameter bot: the bot's id.
    @MainActor func directory(of bot: String, log: Logger) throws(GatewayFailure) -> StateDirectory? {
        guard noState else { return try StateDirectory(try stateFlags.path(bot: bot)) }
        log.notice(
            "--no-state: unfinished events and calls are kept in memory and lost when the gateway stops")
        return nil
    }
}
