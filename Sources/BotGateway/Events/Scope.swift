/// Whom one child serves.
///
/// Written `chat:-1001234`, `user:7` or `business:CONNECTION/chat:42` in logs and `PIPEGRAM_SCOPE`.
public enum Scope: Hashable, CustomStringConvertible {
    case chat(Int64)
    /// Someone who is known without a chat: who asked inline, or paid.
    case user(Int64)
    /// A chat of a business account, which has the id of the bot's own chat with the same person.
    case business(connection: String, chat: Int64)

    /// Reads what `description` wrote.
    public init?(_ text: String) {
        if text.hasPrefix("chat:"), let id = Int64(text.dropFirst("chat:".count)) {
            self = .chat(id)
        } else if text.hasPrefix("user:"), let id = Int64(text.dropFirst("user:".count)) {
            self = .user(id)
        } else if text.hasPrefix("business:"), let slash = text.lastIndex(of: "/"),
            case .chat(let id)? = Scope(String(text[slash...].dropFirst()))
        {
            self = .business(connection: String(text[..<slash].dropFirst("business:".count)), chat: id)
        } else {
            return nil
        }
    }

    /// The chat that calls go to when they name none.
    public var chat: Int64? {
        switch self {
        case .chat(let id), .business(_, let id): id
        case .user: nil
        }
    }

    public var description: String {
        switch self {
        case .chat(let id): "chat:\(id)"
        case .user(let id): "user:\(id)"
        case .business(let connection, let chat): "business:\(connection)/chat:\(chat)"
        }
    }
}
