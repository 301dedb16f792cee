import ArgumentParser
import BotGateway

/// When an event is dealt with.
struct DeliveryFlags: ParsableArguments, Sendable {
    enum Acknowledgement: String, ExpressibleByArgument, CaseIterable, Sendable {
        case auto, event, exit
    }

    @Option(
        help: ArgumentHelp(
            "When an event is dealt with: 'auto', its child took it and came back for more, or lived on for "
                + "--ack-timeout; 'event', its child wrote telegram.ack; 'exit', one event a child, which exits with 0.",
            valueName: "rule"))
    var ack = Acknowledgement.auto

    @Option(
        help: .duration(
            "With --ack auto: when an event counts as acknowledged though its child says nothing."))
    var ackTimeout = DurationValue.seconds(2)

    /// The former name of `--ack-timeout`.
    @Option(help: .hidden) var settle: DurationValue?

    @Option(
        help: ArgumentHelp("With --ack event: how many events a child may have in hand.", valueName: "number")
    )
    var window = 1

    @Option(
        help: ArgumentHelp(
            "An event on which so many children died is set aside as a dead letter.", valueName: "number"))
    var maxDeliveries = 3

    func validate() throws {
        guard (1...1000).contains(window) else {
            throw ValidationError("--window takes a number from 1 to 1000.")
        }
        guard maxDeliveries > 0 else { throw ValidationError("--max-deliveries must be at least 1.") }
    }

    @MainActor var acknowledgement: ChildPolicy.Acknowledgement {
        switch ack {
        case .auto: .auto(timeout: (settle ?? ackTimeout).duration ?? .seconds(1_000_000_000))
        case .event: .event(window: window)
        case .exit: .exit
        }
    }
}
