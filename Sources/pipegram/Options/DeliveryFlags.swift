import ArgumentParser
import BotGateway

/// The options that decide when an event is acknowledged or given up.
struct DeliveryFlags: ParsableArguments, Sendable {
    enum Acknowledgement: String, ExpressibleByArgument, CaseIterable, Sendable {
        case auto, event, exit
    }

    @Option(
        help: ArgumentHelp(
            "Rule for acknowledging events",
            valueName: "rule"))
    var ack = Acknowledgement.auto

    @Option(
        help: .duration(
            "Time until --ack auto acknowledges an event"))
    var ackTimeout = defaultTimeout

    static let defaultTimeout = DurationValue.seconds(2)

    /// The former name of `--ack-timeout`.
    @Option(help: .hidden) var settle: DurationValue?

    @Option(
        help: ArgumentHelp("Maximum events in flight per child with --ack event", valueName: "number")
    )
    var window = 1

    @Option(
        help: ArgumentHelp(
            "Failed deliveries before an event becomes a dead letter", valueName: "number"))
    var maxDeliveries = 3

    @OptionGroup var stateFlags: PersistenceFlags

    func validate() throws {
        guard (1...1000).contains(window) else {
            throw ValidationError("--window must be from 1 to 1000.")
        }
        guard maxDeliveries > 0 else { throw ValidationError("--max-deliveries must be at least 1.") }
    }

    @MainActor var acknowledgement: ChildPolicy.Acknowledgement {
        ack.rule(timeout: settle ?? ackTimeout, window: window)
    }
}
