import ArgumentParser
import BotGateway

/// Which updates share a child.
struct ScopeFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Run one child per chat, forum topic, sender (user), or bot.",
            valueName: "whom"))
    var scope = ScopeChoice.chat

    /// - Parameter isPlain: the bot speaks plain text, and can't name a chat.
    func check(isPlain: Bool) throws {
        guard isPlain, scope == .user || scope == .bot else { return }
        throw ValidationError(
            "With --plain a bot answers in its scope's chat, and with --scope \(scope.rawValue) there is none: "
                + "take --scope chat or topic.")
    }
}

extension ScopeChoice: ExpressibleByArgument {}
