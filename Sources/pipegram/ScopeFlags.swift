import ArgumentParser
import BotGateway

/// Which updates share a child.
struct ScopeFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "One child for each chat, for each forum topic of a chat, for each sender, or for the whole bot.",
            valueName: "chat|topic|user|bot"))
    var scope = ScopeChoice.chat
}

extension ScopeChoice: ExpressibleByArgument {}
