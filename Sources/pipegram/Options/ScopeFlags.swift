import ArgumentParser
import BotGateway

/// Which updates share a child.
struct ScopeFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Run one child per chat, forum topic, sender (user), or bot",
            valueName: "scope"))
    var scope = ScopeChoice.chat

    /// - Parameter isPlain: whether the bot speaks plain text, so it can't name a chat.
    func check(isPlain: Bool) throws {
        guard isPlain, scope == .user || scope == .bot else { return }
        throw ValidationError(
            "--plain doesn't work with --scope \(scope.rawValue), which has no chat to answer in: "
                + "use --scope chat or topic.")
    }
}

extension ScopeChoice: ExpressibleByArgument {}
