/// What an earlier run left in the journal.
public struct Unfinished {
    /// A call that wasn't answered. It may have reached Telegram.
    struct Call {
        let key: Int64
        let scope: Scope
        let call: BotGateway.Call
    }

    /// In the order in which they were written.
    var calls: [Call] = []
    /// How many events wait for each scope.
    var events: [(scope: Scope, count: Int)] = []

    public init() {}
}
