import ArgumentParser
import BotGateway

/// How a gateway that runs for ever treats its children.
struct RunChildFlags: ParsableArguments, Sendable {
    @OptionGroup var common: ChildFlags

    @Option(help: .duration("A child with nothing to do for so long is ended; 'never' to keep it."))
    var idleTimeout = DurationValue.seconds(15 * 60)

    @Option(help: .duration("How long a stop may take; what is not done then is left to the next start."))
    var stopTimeout = DurationValue.seconds(30)

    @Flag(help: "Show the chat that the bot is typing while it works on an event. With --plain it always is.")
    var typing = false

    @MainActor var policy: ChildPolicy {
        var policy = common.policy()
        policy.idleTimeout = idleTimeout.duration
        policy.showsTyping = typing || common.plain
        return policy
    }
}
