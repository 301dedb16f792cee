import ArgumentParser
import BotGateway

/// The option of `chat` and `replay` that decides when an event is acknowledged.
struct AckFlags: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Rule for acknowledging events, as in 'run'", valueName: "rule"))
    var ack = DeliveryFlags.Acknowledgement.auto

    /// - Parameter window: of `event`.
    @MainActor func acknowledgement(window: Int = 1) -> ChildPolicy.Acknowledgement {
        ack.rule(timeout: DeliveryFlags.defaultTimeout, window: window)
    }
}

extension DeliveryFlags.Acknowledgement {
    /// - Parameters:
    ///   - timeout: of `auto`.
    ///   - window: of `event`.
    @MainActor func rule(timeout: DurationValue, window: Int) -> ChildPolicy.Acknowledgement {
        switch self {
        case .auto: .auto(timeout: timeout.duration ?? .seconds(1_000_000_000))
        case .event: .event(window: window)
        case .exit: .exit
        }
    }

    func check(isPlain: Bool) throws {
        guard isPlain, self == .event else { return }
        throw ValidationError("A --plain bot can't write telegram.ack: use --ack auto or exit.")
    }
}
