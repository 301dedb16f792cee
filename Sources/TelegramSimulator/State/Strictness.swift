/// How a simulated Telegram treats unknown chats, users and messages.
package enum Strictness {
    /// Unknown chats, users and messages are made up, because a log contains only some of them.
    case lenient
    /// Unknown chats, users and messages are errors, such as `chat not found` and `message to edit not found`.
    case strict
}
