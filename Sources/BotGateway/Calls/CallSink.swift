/// Who carries out calls.
public protocol CallSink: AnyObject {
    /// Carries out a call, after the earlier ones of its scope.
    ///
    /// - Parameter done: called once, from the loop, perhaps before this returns.
    func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void)
}
