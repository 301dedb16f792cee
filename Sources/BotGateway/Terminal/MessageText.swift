import JSON

/// A message as a terminal can show it.
public struct MessageText {
    /// Bold, colours and links by escape sequences; else plain text, for scripts.
    public var styled: Bool

    public init(styled: Bool) { self.styled = styled }

    /// The lines of a Message: its text or what it brings, its caption, its buttons. No line has a control
    /// character that isn't ours; who wrote it isn't said.
    public func lines(of message: JSON) -> [String] { [] }

    /// A text with its entities, as lines.
    ///
    /// - Parameter entities: an array of MessageEntity, with offsets in UTF-16 units; anything else is none.
    public func lines(_ text: String, entities: JSON?) -> [String] { [] }
}
