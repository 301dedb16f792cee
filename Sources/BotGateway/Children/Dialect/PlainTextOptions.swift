/// How a program that speaks plain text is spoken to.
package nonisolated struct PlainTextOptions: Equatable {
    /// Output is gathered into a message until none came for this long.
    package var quietTime: Duration = .milliseconds(100)
    /// A message with this text interrupts the program; nil for none.
    package var interrupt: String?

    /// Whether a draft shows a message while it is being printed, and silence within it may be long.
    package var streams = false
    /// Whether the output is Markdown.
    package var isMarkdown = false

    package init() {}

    /// Whether a message asks to interrupt the program. In a group, a command may name its bot: `/stop@demo_bot`.
    func isInterrupt(_ text: String, bot: String?) -> Bool {
        guard let interrupt = interrupt?.lowercased() else { return false }
        let text = text.lowercased()
        return text == interrupt || bot.map { text == "\(interrupt)@\($0.lowercased())" } ?? false
    }
}
