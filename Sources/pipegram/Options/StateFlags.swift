import ArgumentParser
import BotGateway
import Reactor

/// Where a gateway keeps its journal.
struct StateFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "State directory (default: ~/.local/state/pipegram/BOT-ID)",
            valueName: "directory-or-url"),
        completion: .directory)
    var state: String?

    /// Whether the option names a journal in PostgreSQL instead of a directory.
    var isURL: Bool { state.map(Self.isURL) ?? false }

    static func isURL(_ text: String) -> Bool {
        text.contains("://") || text.hasPrefix("postgresql:") || text.hasPrefix("postgres:")
    }

    func validate() throws {
        if let state, isURL { try Self.check(url: state) }
    }

    static func check(url: String) throws {
        guard let address = ClusterAddress(url) else {
            throw ValidationError(
                "Invalid --state '\(url)': it must be a directory or postgresql://USER@HOST/DATABASE.")
        }
        if address.hasPassword {
            throw ValidationError(
                "The URL \(address.place) has a password, which every user of this machine can read; put it into ~/.pgpass, or into a file that $PGPASSFILE names."
            )
        }
    }

    /// The journal in PostgreSQL that the option names; nil if it names a directory.
    @MainActor var cluster: ClusterAddress? { state.flatMap { ClusterAddress($0) } }

    /// A session at that journal's server; nil if the option names a directory.
    @MainActor func client() throws -> ClusterClient? {
        guard let cluster else { return nil }
        do {
            return try ClusterClient(at: cluster, on: EventLoop())
        } catch let failure as GatewayFailure {
            throw failure.asFailure
        }
    }

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
        if let cluster {
            throw Failure(
                .validationFailure, "--state \(cluster.place) isn't a directory, which this command needs")
        }
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
