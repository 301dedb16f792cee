import JSON
import Reactor

/// Renders a message for a terminal.
///
/// Control characters in the bot's text are made visible, so a bot can't move the cursor, clear the screen or imitate
/// other users.
struct MessageText {
    /// Whether to use escape sequences for bold, colours and links; plain text otherwise.
    var styled: Bool

    init(styled: Bool) { self.styled = styled }

    /// The lines of a `Message`: its attachments, its text or caption, and its buttons. They contain no control
    /// characters except tabs and style sequences, and don't name the sender.
    func lines(of message: JSON) -> [String] {
        var lines = MessageContent.lines(of: message).map { dim(TerminalSanitizer.text($0)) }
        if let text = message["text"]?.string { lines += self.lines(text, entities: message["entities"]) }
        if let caption = message["caption"]?.string {
            lines += self.lines(caption, entities: message["caption_entities"])
        }
        if let markup = message["reply_markup"] { lines += MessageButtons(of: markup).lines(styled: styled) }
        return lines
    }

    /// A text with its entities, as lines.
    ///
    /// - Parameter entities: an array of `MessageEntity`, with offsets in UTF-16 units. Malformed entities and entities
    ///   outside the text are ignored.
    func lines(_ text: String, entities: JSON?) -> [String] {
        let entities = (entities?.elements ?? []).compactMap { TextEntity($0, within: text.utf16.count) }
        return StyledText(text, entities, styled: styled).lines
    }

    /// Dims text that isn't part of the message.
    private func dim(_ text: String) -> String {
        styled ? EscapeSequence.styled(text, .dim, end: .normalIntensity) : text
    }
}
