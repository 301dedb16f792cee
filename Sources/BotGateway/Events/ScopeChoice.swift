/// What `--scope` says: which updates share a child.
package nonisolated enum ScopeChoice: String, CaseIterable, Sendable {
    /// Those of a chat; of a user, where there is no chat.
    case chat
    /// Those of a forum topic; of a chat without topics as with `chat`.
    case topic
    /// Those of a sender, whatever the chat; where there is none, as with `chat`.
    case user
    /// All.
    case bot
}
