import ArgumentParser

struct AskCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Ask a question in a chat, and wait for the answer.",
        usage: "pipegram ask [<options>] <text> ...",
        discussion: """
            Sends the text with the buttons, prints the text of the one that is pressed, and exits with its number: 0 \
            for the first --button, 1 for the second. Without a --button, a reply to the question is the answer, and it \
            exits with 0. Then the message shows the answer and the user.

            Exits with 124 if no answer comes within --timeout. Any other exit code, 64 or higher, is an error: no answer \
            is known then.

            Only --user may answer; without it, everyone in the chat within the gateway's allow-list. Without --chat, it \
            asks in the private chat with --user, which must be an id then. The running gateway asks, and passes all \
            other updates to its bot. Without a gateway, ask polls itself, and confirms no update but the answer.

            Example:  pipegram ask --user 42 --button Yes --button No 'Deploy version 7?' && ./deploy.sh
            """)

    // A group's id begins with a minus, so it must not be parsed as an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Chat to ask in (default: the one with --user)", valueName: "id|@name"))
    var chat: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Button with this text (repeatable)", valueName: "text"))
    var button: [String] = []

    @Option(
        help: ArgumentHelp("Only this user may answer (repeatable)", valueName: "id|@name"))
    var user: [String] = []

    @Option(help: .duration("How long to wait for the answer"))
    var timeout = DurationValue.seconds(600)

    @Argument(help: ArgumentHelp("Question", valueName: "text"))
    var text: [String] = []

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags<NoticeByDefault>
    @OptionGroup var configurationFlags: ConfigurationFlags

    /// The chat's id or name; nil if neither --chat nor one user's id is given.
    var place: String? { chat ?? (user.count == 1 ? user.first.flatMap { Int64($0).map { "\($0)" } } : nil) }

    func validate() throws {
        // ArgumentParser reports a misspelled option, whose value looks like a text here.
        guard !UsageHints.hasUnknownOption else { return }
        guard !text.isEmpty else {
            throw ValidationError(
                "No question given: write it after the options, such as 'Deploy version 7?'.")
        }
        guard let place else { throw ValidationError(missingPlace) }
        if Int64(place) == nil, !place.hasPrefix("@") {
            throw ValidationError("Invalid --chat '\(place)': it must be a chat's id or @name.")
        }
        guard text.contains(where: { word in word.contains { !$0.isWhitespace } }) else {
            throw ValidationError("The question is empty.")
        }
        guard timeout.duration != .zero else {
            throw ValidationError("--timeout must be more than 0s, or 'never'.")
        }
        if let twice = button.first(where: { text in button.count { $0 == text } > 1 }) {
            throw ValidationError("Two buttons have the text '\(twice)': their answers would look the same.")
        }
    }

    private var missingPlace: String {
        switch user.count {
        case 0: "Add --chat ID, or --user with one user's id to ask in the chat with them."
        case 1:
            "Invalid --user '\(user[0])': without --chat it must be a user's id, because a bot can't write to a user "
                + "by name. Use the id, or add --chat ID for the chat to ask in."
        default: "With \(user.count) users, add --chat ID for the chat to ask in."
        }
    }
}
