/// Says in chats that the bot is typing: calls for which nobody waits, each made once, a few at a time.
final class TypingActions {
    /// Further chats aren't shown it: a thousand that work would hold up the calls of all.
    private static let most = 4

    private let api: BotAPIClient
    private var underWay = 0

    init(to api: BotAPIClient) { self.api = api }

    /// The call for a scope; nil where enough are under way, or it is in no chat.
    func call(in scope: Scope) -> Call? {
        guard underWay < Self.most else { return nil }
        return try? Call(
            type: "telegram.send_chat_action", parameters: ["action": "typing"], id: nil, in: scope)
    }

    /// - Parameters:
    ///   - chat: where the call's has moved to; nil for one with a name.
    ///   - heldFor: called where Telegram wants the chat to be left alone, with how long.
    func send(_ call: Call, to chat: Int64?, heldFor: @escaping (Duration) -> Void) {
        underWay += 1
        let parameters = chat.map { call.parameters(for: $0) } ?? call.parameters
        api.request(call.method, parameters, timeout: .seconds(5)) { [self] outcome in
            underWay -= 1
            if case .tooManyRequests(let wait, _) = outcome { heldFor(wait) }
        }
    }
}
