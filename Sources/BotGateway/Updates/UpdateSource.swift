/// Where updates come from.
public protocol UpdateSource: AnyObject {
    /// Called with updates in their order, from the loop; set before `start`.
    var onUpdates: ([Update]) -> Void { get set }
    /// Called once when no more will come: at the end of a recorded log, or on a failure.
    var onEnd: (GatewayFailure?) -> Void { get set }

    func start()

    /// Takes no more updates.
    func stop()

    /// After `stop`: tells where they come from how far they were taken. `done` is called once.
    func confirm(then done: @escaping () -> Void)
}

/// Why the gateway can't go on, and what to do.
public struct GatewayFailure: Error, CustomStringConvertible {
    /// What kind of trouble it is; the program ends with an exit code of its own for each.
    public enum Kind: Sendable {
        /// Telegram refuses the token.
        case unauthorized
        /// What answers at the Bot API's address is something else.
        case noBotAPI
        /// A webhook is set, so that no updates can be asked for.
        case webhookIsSet
        /// Another program asks for this bot's updates.
        case conflict
        /// A recorded log isn't one.
        case malformedLog
        /// A file can't be read or written.
        case inputOutput
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
