/// Carries out calls.
package protocol CallSink: AnyObject {
    /// Carries out a call, after the earlier ones of its scope.
    ///
    /// - Parameter done: called once, from the loop, perhaps before this returns.
    func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void)
}

/// Is told what happens around the calls; each of it may be nothing to an observer.
package protocol CallObserver: AnyObject {
    /// A scope's child was given an event: a simulated Telegram goes on from there.
    func eventGiven(_ line: [UInt8], to scope: Scope)

    /// A scope's child is gone; calls that it left may still be on their way.
    func childEnded(_ scope: Scope)

    /// A scope's child is at work, now and every few seconds: the chat can be shown that the bot is typing.
    func childIsWorking(in scope: Scope)

    /// No call of an earlier run is on its way any more.
    func recoveredCallsEnded()
}

extension CallObserver {
    package func eventGiven(_ line: [UInt8], to scope: Scope) {}
    package func childEnded(_ scope: Scope) {}
    package func childIsWorking(in scope: Scope) {}
    package func recoveredCallsEnded() {}
}
