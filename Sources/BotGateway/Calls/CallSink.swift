/// Who carries out calls.
package protocol CallSink: AnyObject {
    /// Carries out a call, after the earlier ones of its scope.
    ///
    /// - Parameter done: called once, from the loop, perhaps before this returns.
    func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void)

    /// A scope's child was given an event: those who answer in Telegram's stead go on from there.
    func note(_ line: [UInt8], givenTo scope: Scope)

    /// A scope's child is gone; calls that it left may still be on their way.
    func childEnded(_ scope: Scope)

    /// No call of an earlier run is on its way any more.
    func recoveredCallsEnded()

    /// Shows in a scope's chat, for a few seconds, that the bot is at work.
    func showTyping(in scope: Scope)
}

extension CallSink {
    package func note(_ line: [UInt8], givenTo scope: Scope) {}
    package func childEnded(_ scope: Scope) {}
    package func recoveredCallsEnded() {}
    package func showTyping(in scope: Scope) {}
}
