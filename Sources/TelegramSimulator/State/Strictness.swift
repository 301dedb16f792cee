/// Whom the bot may write to.
package enum Strictness {
    /// Chats and messages that it names and that never appeared are made up: a log tells only a part.
    case lenient
    /// Only who has appeared; all else is `chat not found`, `message to edit not found`, and so on.
    case strict
}
