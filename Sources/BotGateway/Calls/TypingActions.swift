/// Sends the typing action to chats. Nothing waits for the result: each is sent once, and only a few are in flight.
final class TypingActions {
    /// The most in flight. Further chats aren't shown it: a thousand busy chats would delay all other calls.
    private static let most = 4

    private let api: BotAPIClient
    private var underWay = 0

    init(to api: BotAPIClient) { self.api = api }

    /// The call for a scope; nil if the limit is reached or the scope has no chat.
    func call(in scope: Scope) -> Call? {
        guard underWay < Self.most else { return nil }
        return try? Call(
            type: "telegram.send_chat_action", parameters: ["action": "typing"], id: nil, in: scope)
    }

    /// - Parameters:
    ///   - chat: the current id of the call's chat; nil for an `@name`.
    ///   - heldFor: called on a 429, with the rate limit's duration.
    func send(_ call: Call, to chat: Int64?, heldFor: @escaping (Duration) -> Void) {
        underWay += 1
        let parameters = chat.map { call.parameters(for: $0) } ?? call.parameters
        api.request(call.method, parameters, timeout: .seconds(5)) { [self] outcome in
            underWay -= 1
            if case .tooManyRequests(let wait, _) = outcome { heldFor(wait) }
        }
    }
}
