import Reactor

/// Carries out calls.
package protocol CallSink: AnyObject {
    /// Carries out a call after the scope's earlier ones.
    ///
    /// - Parameter done: called once, on the loop, perhaps before this returns.
    func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void)
}

/// Observes events and children. All methods are optional.
package protocol CallObserver: AnyObject {
    /// A scope's child was given an event. The simulated Telegram continues its script then.
    func eventGiven(_ line: [UInt8], to scope: Scope)

    /// A scope's child ended. Some of its calls may still be in flight.
    func childEnded(_ scope: Scope)

    /// A scope's child is busy. Called at once and every few seconds, to show "typing" in the chat.
    func childIsWorking(in scope: Scope)

    /// All calls of an earlier run have been answered.
    func recoveredCallsEnded()

    /// Sets what to do whenever a scope's call has to wait before it is sent, such as for a rate limit.
    func onDelay(_ action: @escaping (Scope) -> Void)

    /// Whether one of the open calls of a scope, or with nil of any scope, may get its result by then.
    func mayAnswer(_ scope: Scope?, by deadline: Instant) -> Bool
}

extension CallObserver {
    package func eventGiven(_ line: [UInt8], to scope: Scope) {}
    package func childEnded(_ scope: Scope) {}
    package func childIsWorking(in scope: Scope) {}
    package func recoveredCallsEnded() {}
    package func onDelay(_ action: @escaping (Scope) -> Void) {}
    package func mayAnswer(_ scope: Scope?, by deadline: Instant) -> Bool { true }
}
