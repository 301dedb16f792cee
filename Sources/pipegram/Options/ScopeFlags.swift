import ArgumentParser
import BotGateway

/// Which updates share a child.
struct ScopeFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "One child for each chat, for each forum topic of a chat, for each sender, or for the whole bot.",
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
