import ArgumentParser
import BotGateway

/// What `run`, `chat` and `replay` have in common about children.
struct ChildFlags: ParsableArguments, Sendable {
    @Option(help: .duration("How long a child may take to end once its stdin is closed."))
    var stopGrace = DurationValue.seconds(10)

    @Option(help: ArgumentHelp("How many children may live at the same time.", valueName: "number"))
    var maxChildren = 1000

    @Option(help: ArgumentHelp("How long a line of a child may be.", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue.defaultMaxLine

    @Flag(
        help: "The bot speaks plain text: it reads each message as a line, and what it prints is a message.")
    var plain = false

    func validate() throws {
        guard maxChildren > 0 else { throw ValidationError("--max-children must be at least 1.") }
    }

    /// - Parameter base: what the command itself wants.
    @MainActor func policy(_ base: ChildPolicy = ChildPolicy()) -> ChildPolicy {
        var policy = base
        policy.stopGrace = stopGrace.duration ?? .seconds(1_000_000_000)
        policy.maxLine = maxLine.bytes
        policy.dialect = plain ? .plainText : .events
        return policy
    }
}
