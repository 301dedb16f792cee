import ArgumentParser
import BotGateway

/// The options for children that only `run` has.
struct RunChildFlags: ParsableArguments, Sendable {
    @OptionGroup var common: ChildFlags

    @Option(help: .duration("Stop a child after this time without an event"))
    var idleTimeout = DurationValue.seconds(15 * 60)

    @Option(help: .duration("Maximum time to shut down"))
    var stopTimeout = DurationValue.seconds(30)

    @Flag(help: "Show 'typing' while the bot handles an event")
    var typing = false

    @MainActor var policy: ChildPolicy {
        var policy = common.policy()
        policy.idleTimeout = idleTimeout.duration
        policy.showsTyping = typing || common.plain
        return policy
    }
}
