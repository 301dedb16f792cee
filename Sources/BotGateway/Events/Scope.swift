/// The chat, topic or user that one child serves.
///
/// Written `chat:-1001234`, `chat:-1001234/topic:3`, `chat:-1001234/direct:4201`, `user:7`,
/// `business:CONNECTION/chat:42` or `bot` in logs, the journal and `PIPEGRAM_SCOPE`.
package enum Scope: Hashable, CustomStringConvertible {
    case chat(Int64)
    /// A forum topic of a chat.
    case topic(chat: Int64, thread: Int64)
    /// A user's topic in the direct messages of a channel. Calls must name it.
    case direct(chat: Int64, topic: Int64)
    /// A user in any chat, or the user of an update without a chat, such as an inline query or a payment.
    case user(Int64)
    /// A business account's chat with a person. It has the same id as the bot's own chat with that person.
    case business(connection: String, chat: Int64)
    /// All chats and users.
    case bot

    /// Parses a value of `description`.
    package init?(_ text: String) {
        // A connection's id may contain any character, also slashes and characters that combine with their neighbours.
        // The chat is what follows the last slash.
        let bytes = text.utf8
        let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map { text[..<$0] } ?? ""
        let end = slash.map { text[bytes.index(after: $0)...] } ?? text[...]
        if text == "bot" {
            self = .bot
        } else if let connection = Self.rest(of: start, after: "business:") {
            guard let chat = Self.number(in: end, after: "chat:") else { return nil }
            self = .business(connection: String(connection), chat: chat)
        } else if slash != nil {
            guard let chat = Self.number(in: start, after: "chat:") else { return nil }
            if let thread = Self.number(in: end, after: "topic:") {
                self = .topic(chat: chat, thread: thread)
            } else if let topic = Self.number(in: end, after: "direct:") {
                self = .direct(chat: chat, topic: topic)
            } else {
                return nil
            }
        } else if let id = Self.number(in: end, after: "chat:") {
            self = .chat(id)
        } else if let id = Self.number(in: end, after: "user:") {
            self = .user(id)
        } else {
            return nil
        }
    }

    private static func rest(of text: Substring, after start: String) -> Substring? {
        guard text.utf8.starts(with: start.utf8) else { return nil }
        return text[text.utf8.index(text.startIndex, offsetBy: start.utf8.count)...]
    }

    private static func number(in text: Substring, after start: String) -> Int64? {
        rest(of: text, after: start).flatMap { Int64($0) }
    }

    /// Whether Telegram has such ids: those of users and topics are positive, those of groups and channels negative.
    package var isPossible: Bool {
        switch self {
        case .chat(let id): id != 0
        case .topic(let chat, let thread): chat != 0 && thread > 0
        case .direct(let chat, let topic): chat < 0 && topic > 0
        case .user(let id): id > 0
        case .business(_, let chat): chat != 0
        case .bot: true
        }
    }

    /// The default chat of calls.
    package var chat: Int64? {
        switch self {
        case .chat(let id), .topic(let id, _), .direct(let id, _), .business(_, let id): id
        case .user, .bot: nil
        }
    }

    package var description: String {
        switch self {
        case .chat(let id): "chat:\(id)"
        case .topic(let chat, let thread): "chat:\(chat)/topic:\(thread)"
        case .direct(let chat, let topic): "chat:\(chat)/direct:\(topic)"
        case .user(let id): "user:\(id)"
        case .business(let connection, let chat): "business:\(connection)/chat:\(chat)"
        case .bot: "bot"
        }
    }
}
