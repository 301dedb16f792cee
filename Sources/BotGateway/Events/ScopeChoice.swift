/// The value of `--scope`: which updates share a child.
package nonisolated enum ScopeChoice: String, CaseIterable, Sendable {
    /// Updates of the same chat, or of the same user if there is no chat.
    case chat
    /// Updates of the same forum topic. Without topics, as with `chat`.
    case topic
    /// Updates of the same sender in any chat. Without a sender, as with `chat`.
    case user
    /// All updates.
    case bot

    /// Why the gateway has no such scope; nil if an update can have it.
    @MainActor package func refusal(of scope: Scope) -> String? {
        has(scope)
            ? nil : "Invalid scope '\(scope)': with --scope \(rawValue), the gateway's scopes are \(forms)"
    }

    private var forms: String {
        switch self {
        case .chat: "chat:ID, chat:ID/direct:ID, user:ID and business:CONNECTION/chat:ID"
        case .topic:
            "chat:ID, chat:ID/topic:ID, chat:ID/direct:ID, user:ID and business:CONNECTION/chat:ID"
        case .user: "user:ID and, for updates without a user, chat:ID of a group or channel"
        case .bot: "bot"
        }
    }

    @MainActor private func has(_ scope: Scope) -> Bool {
        switch scope {
        case .bot: self == .bot
        case .topic: self == .topic
        // In a private chat, every update has a sender.
        case .chat(let id): self != .bot && (self != .user || id < 0)
        case .user, .direct, .business: self != .bot
        }
    }
}
