/// A name in a command that stands for something of the child's scope.
enum Placeholder {
    case scope
    /// Empty for a scope without a chat.
    case chat
    /// Empty for a scope without a user.
    case user
    /// A number from 0 to `count` - 1, the same for a scope for ever.
    case shard(count: UInt64)

    private static let names = ["scope", "chat_id", "user_id", "shard:N"]

    /// - Parameters:
    ///   - name: what stands between the braces, such as `shard:4`.
    ///   - argument: the argument that contains it.
    ///   - scopes: the rule by which updates share a child; nil if it isn't known.
    init(_ name: String, in argument: String, _ scopes: ScopeChoice?) throws(CommandTemplate.Malformed) {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts[0], parts.count) {
        case ("scope", 1): self = .scope
        case ("chat_id", 1):
            guard scopes != .user, scopes != .bot else {
                throw Self.malformed("{chat_id} in '\(argument)' needs --scope chat or topic")
            }
            self = .chat
        case ("user_id", 1):
            guard scopes == nil || scopes == .user else {
                throw Self.malformed("{user_id} in '\(argument)' needs --scope user")
            }
            self = .user
        case ("shard", _):
            guard parts.count > 1, parts[1].first != "+", let count = UInt64(parts[1]),
                (1...1_000_000).contains(count)
            else {
                throw Self.malformed(
                    "{\(name)} in '\(argument)' needs a number from 1 to 1000000, as in {shard:4}")
            }
            self = .shard(count: count)
        default:
            let known = Self.names.map { "{\($0)}" }.joined(separator: ", ")
            throw Self.malformed(
                "unknown name {\(name)} in '\(argument)': there are \(known); if it isn't meant for pipegram, write {{\(name)}}"
            )
        }
    }

    private static func malformed(_ text: String) -> CommandTemplate.Malformed {
        CommandTemplate.Malformed(description: text)
    }

    /// Letters, digits and `-_:/%`, which mean nothing to a shell.
    func value(for scope: Scope) -> String {
        switch self {
        case .scope: Self.escaped(scope)
        case .chat: scope.chat.map(String.init) ?? ""
        case .user:
            if case .user(let id) = scope { "\(id)" } else { "" }
        case .shard(let count): "\(scope.shard(of: count))"
        }
    }

    /// As in PIPEGRAM_SCOPE, with `%` and two hexadecimal digits for other bytes, which only a connection's id may have.
    private static func escaped(_ scope: Scope) -> String {
        guard case .business(let connection, let chat) = scope else { return scope.description }
        let isPlain = { (byte: UInt8) in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        let bytes = connection.utf8.map { byte in
            isPlain(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "business:\(bytes.joined())/chat:\(chat)"
    }
}
