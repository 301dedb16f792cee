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
}
