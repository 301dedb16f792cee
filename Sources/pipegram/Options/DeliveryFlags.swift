import ArgumentParser
import BotGateway
import Logging

/// The options that decide when an event is acknowledged or given up, and where it is kept until then.
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

    static let windowHelp = ArgumentHelp(
        "Maximum events in flight per child with --ack event", valueName: "number")

    @Option(help: windowHelp) var window = 1

    @Option(
        help: ArgumentHelp(
            "Failed deliveries before an event becomes a dead letter", valueName: "number"))
    var maxDeliveries = 3

    @OptionGroup var stateFlags: StateFlags

    @Flag(help: "Keep events and calls in memory only")
    var noState = false

    static func check(window: Int) throws {
        guard (1...1000).contains(window) else { throw ValidationError("--window must be from 1 to 1000.") }
    }

    func validate() throws {
        try Self.check(window: window)
        guard maxDeliveries > 0 else { throw ValidationError("--max-deliveries must be at least 1.") }
        if stateFlags.state != nil, noState {
            throw ValidationError("--state and --no-state exclude each other.")
        }
    }

    /// Where the journal is; nil with --no-state.
    ///
    /// - Parameter bot: the bot's id.
    @MainActor func stateDirectory(of bot: String, log: Logger) throws(GatewayFailure) -> StateDirectory? {
        guard noState else { return try StateDirectory(try stateFlags.path(bot: bot)) }
        log.notice(
            "--no-state: unfinished events and calls are kept in memory and lost when the gateway stops")
        return nil
    }

    @MainActor var acknowledgement: ChildPolicy.Acknowledgement {
        ack.rule(timeout: settle ?? ackTimeout, window: window)
    }
}
