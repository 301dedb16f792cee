import JSON
import Reactor

/// A message as a terminal can show it.
///
/// Whatever a bot writes, its control characters are shown and not obeyed: it can't move the cursor, clear the
/// screen or put words into the mouth of others.
struct MessageText {
    /// Bold, colours and links by escape sequences; else plain text, for scripts.
    var styled: Bool

    init(styled: Bool) { self.styled = styled }

    /// The lines of a Message: what it brings, its text or caption, its buttons. None has a control character but
    /// tabs and styles; who wrote it isn't said.
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
    /// - Parameter entities: an array of MessageEntity, with offsets in UTF-16 units; anything else is none, and
    ///   so are those that don't fit the text.
    func lines(_ text: String, entities: JSON?) -> [String] {
        let entities = (entities?.elements ?? []).compactMap { TextEntity($0, within: text.utf16.count) }
        return StyledText(text, entities, styled: styled).lines
    }

    /// Text that isn't the message's own words.
    private func dim(_ text: String) -> String {
        styled ? EscapeSequence.styled(text, .dim, end: .normalIntensity) : text
    }
}
