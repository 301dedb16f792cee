import BotAPI

/// Where updates come from.
package protocol UpdateSource: AnyObject {
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
package struct UpdateBatch {
    package let updates: [Update]
    /// Where the source goes on behind them, for another run; nil where it has no such thing.
    package let nextOffset: Int64?
    /// To be called once they are safe: only then are they confirmed, and more are asked for.
    package let taken: () -> Void

    /// - Parameter taken: may be left out by a source that goes on in any case.
    package init(_ updates: [Update], nextOffset: Int64? = nil, taken: @escaping () -> Void = {}) {
        (self.updates, self.nextOffset, self.taken) = (updates, nextOffset, taken)
    }
}
