import BotAPI

/// A source of updates: Telegram or a recorded log.
package protocol UpdateSource: AnyObject {
    /// Called with updates in order, on the loop. Set it before `start`.
    var onUpdates: (UpdateBatch) -> Void { get set }
    /// Called once when no more updates will come: at the end of a recorded log, or on a failure.
    var onEnd: (GatewayFailure?) -> Void { get set }

    func start()

    func stop()

    /// After `stop`, confirms the taken updates to the origin. `done` is called once.
    func confirm(then done: @escaping () -> Void)
}

/// Updates that arrived together.
package struct UpdateBatch {
    package let updates: [Update]
    /// The offset at which a later run continues; nil if the source has no offsets.
    package let nextOffset: Int64?
    /// Call it once the updates are stored: then they are confirmed and more are requested.
    package let taken: () -> Void

    /// - Parameter taken: can be omitted by a source that doesn't wait.
    package init(_ updates: [Update], nextOffset: Int64? = nil, taken: @escaping () -> Void = {}) {
        (self.updates, self.nextOffset, self.taken) = (updates, nextOffset, taken)
    }
}
