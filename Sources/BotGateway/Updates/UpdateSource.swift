/// Where updates come from.
public protocol UpdateSource: AnyObject {
    /// Called with updates in their order, from the loop; set before `start`.
    var onUpdates: (UpdateBatch) -> Void { get set }
    /// Called once when no more will come: at the end of a recorded log, or on a failure.
    var onEnd: (GatewayFailure?) -> Void { get set }

    func start()

    /// Takes no more updates.
    func stop()

    /// After `stop`: tells where they come from how far they were taken. `done` is called once.
    func confirm(then done: @escaping () -> Void)
}

/// Updates that came together.
public struct UpdateBatch {
    public let updates: [Update]
    /// Where the source goes on behind them, for another run; nil where it has no such thing.
    public let nextOffset: Int64?
    /// To be called once they are safe: only then are they confirmed, and more are asked for.
    public let taken: () -> Void

    /// - Parameter taken: may be left out by a source that goes on in any case.
    init(_ updates: [Update], nextOffset: Int64? = nil, taken: @escaping () -> Void = {}) {
        (self.updates, self.nextOffset, self.taken) = (updates, nextOffset, taken)
    }
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
        /// There is no place for what is to be kept, or another gateway uses it.
        case noState
        /// What was kept can't be used: broken, of another bot, or of a version to come.
        case unusableState
        /// Nothing was kept, for no gateway has run there.
        case neverRan
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
