import ArgumentParser
import BotGateway
import Logging

/// Where a gateway keeps what isn't dealt with.
struct StateFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Where what isn't dealt with is kept; else $STATE_DIRECTORY, else $XDG_STATE_HOME/pipegram/BOT-ID, "
                + "else ~/.local/state/pipegram/BOT-ID.",
            valueName: "directory"),
        completion: .directory)
    var state: String?

    /// - Parameter bot: its id; nil for the directory above those of all bots.
    @MainActor func path(bot: String?) throws(GatewayFailure) -> String {
        if let path = StateDirectory.path(given: state, variable: variable, bot: bot) { return path }
        throw GatewayFailure(
            .noState,
            "there is no place for the state: neither --state DIR, nor $STATE_DIRECTORY, nor $HOME says one")
    }
}

extension StateFlags {
    /// Where a gateway that has run keeps its state: of the bot whose token there is, else of the only one.
    @MainActor func existing(_ tokenFlags: TokenFlags) throws -> String {
        let bot = tokenFlags.tokenFile == nil ? (try? tokenFlags.token())?.bot : try tokenFlags.token().bot
        do {
            let path = try path(bot: bot)
            // Where a place was named it is the same for every bot.
            guard bot == nil, try path != self.path(bot: "1") else { return path }
            let bots = StateDirectory.bots(below: path)
            guard bots.count > 1 else { return bots.first.map { "\(path)/\($0)" } ?? path }
            let places = bots.map { "\n  --state \(path)/\($0)" }.joined()
            throw Failure(.validationFailure, "several bots have run here; choose one with\(places)")
        } catch let failure as GatewayFailure {
            throw failure.asFailure
        }
    }
}

/// That nothing is kept on disk.
struct MemoryFlags: ParsableArguments, Sendable {
    @Flag(help: "Keep everything in memory: what isn't dealt with is lost when the gateway ends.")
    var noState = false
}

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

extension RunCommand {
    /// Nil when everything is kept in memory.
    @MainActor func stateDirectory(bot: String, log: Logger) throws(GatewayFailure) -> StateDirectory? {
        guard memoryFlags.noState else { return try StateDirectory(try stateFlags.path(bot: bot)) }
        log.notice("--no-state: what isn't dealt with is kept in memory, and lost when the gateway ends")
        return nil
    }
}
