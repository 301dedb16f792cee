import ArgumentParser

/// The options for children that only `run` has.
struct RunChildFlags: ParsableArguments, Sendable {
    @Option(help: .duration("Stop a child after this time without an event"))
    var idleTimeout = DurationValue.seconds(15 * 60)

    @Option(help: .duration("Maximum time to shut down"))
    var stopTimeout = DurationValue.seconds(30)

    @Flag(help: "Show 'typing' while the bot handles an event")
    var typing = false
}
