import JSON
import Reactor
import TelegramSimulator

/// Renders a chat as lines: with sender and message number for a terminal, only the text for a script.
package struct Transcript {
    /// The kind of reader.
    package enum Reader {
        /// A person at a terminal, with or without colours.
        case person(styled: Bool)
        case script
    }

    private let reader: Reader
    private let text: MessageText
    private let bot: String

    /// - Parameter bot: the bot's `User`.
    package init(for reader: Reader, bot: JSON) {
        self.reader = reader
        self.bot = TerminalSanitizer.text(bot["first_name"]?.string ?? "bot")
        if case .person(styled: true) = reader {
            text = MessageText(styled: true)
        } else {
            text = MessageText(styled: false)
        }
    }

    private var isScript: Bool {
        if case .script = reader { true } else { false }
    }

    // MARK: bot actions

    /// The lines for an action; empty if it isn't shown.
    package func lines(of action: BotAction, in conversation: Conversation) -> [String] {
        switch action {
        case .message(let message, _):
            return messageLines(text.lines(of: message), message, conversation)
        case .edited(let message):
            return messageLines(text.lines(of: message), message, conversation, as: "edited: ")
        case .deleted(let chat, let messages):
            let numbers = messages.map { "#\($0)" }.joined(separator: ", ")
            return actionLines("deletes \(numbers)", script: "deleted: \(numbers)", in: chat, conversation)
        case .reaction(let reaction):
            let emojis = (reaction["reaction"]?.elements ?? []).map {
                TerminalSanitizer.text($0["emoji"]?.string ?? "★")
            }
            let what = emojis.isEmpty ? "no reaction any more" : emojis.joined()
            let place = "#\(reaction["message_id"]?.integer ?? 0)"
            return actionLines(
                "reacts to \(place): \(what)", script: "reaction to \(place): \(what)",
                in: reaction["chat"]?["id"]?.integer, conversation)
        case .pinned(let message):
            let number = "#\(message["message_id"]?.integer ?? 0)"
            return actionLines(
                "pins \(number)", script: "pinned: \(number)", in: message["chat"]?["id"]?.integer,
                conversation)
        case .callbackAnswer(let answer, let person):
            return lines(ofAnswer: answer, to: person, conversation)
        case .inlineResults(let answer, let person):
            return lines(ofResults: answer, to: person, conversation)
        case .widgetAnswer(let answer, _):
            let words = TerminalSanitizer.text(Arguments(answer).text("data"))
            return actionLines(
                "answers the widget: \(words)", script: "widget answer: \(words)", in: nil, conversation)
        case .shippingAnswer(let answer, let person), .checkoutAnswer(let answer, let person):
            return lines(ofPayment: answer, by: person, conversation)
        case .draft(let draft, let chat):
            return isScript ? [] : actionLines(Self.summary(of: draft), script: "", in: chat, conversation)
        case .other(let method, let parameters):
            return isScript ? [] : [dim("· \(bot): \(Self.summary(of: method, parameters))")]
        case .action:
            return []
        }
    }

    private func messageLines(
        _ lines: [String], _ message: JSON, _ conversation: Conversation, as prefix: String = ""
    ) -> [String] {
        let lines = lines.isEmpty ? ["[a message]"] : lines
        let chat = message["chat"]?["id"]?.integer ?? 0
        let place = conversation.name(of: chat, topic: message["message_thread_id"]?.integer).map(
            TerminalSanitizer.text)
        if isScript {
            let head = (place.map { "\($0): " } ?? "") + prefix
            return [head + lines[0]] + lines.dropFirst()
        }
        let head =
            "\(dim("#\(message["message_id"]?.integer ?? 0)")) \(bold(bot))"
            + (place.map { dim(" (\($0))") } ?? "") + ": " + dim(prefix)
        return [head + lines[0]] + lines.dropFirst().map { "   \($0)" }
    }

    private func actionLines(
        _ words: String, script: String, in chat: Int64?, _ conversation: Conversation
    ) -> [String] {
        let place = chat.flatMap { conversation.name(of: $0) }.map(TerminalSanitizer.text)
        if isScript { return [(place.map { "\($0): " } ?? "") + script] }
        return [dim("· \(bot) \(words)\(place.map { " (\($0))" } ?? "")")]
    }

    private func lines(ofAnswer answer: JSON, to person: Int64, _ conversation: Conversation) -> [String] {
        let arguments = Arguments(answer)
        let kind = arguments.flag("show_alert") ? "alert" : "answer"
        var words = TerminalSanitizer.text(arguments.text("text"))
        let url = TerminalSanitizer.text(arguments.text("url"))
        if words.isEmpty, !url.isEmpty { words = "opens \(url)" }
        guard !words.isEmpty else { return [] }
        let other =
            person == conversation.speaker
            ? "" : " for \(TerminalSanitizer.text(conversation.name(of: person)))"
        return [isScript ? "\(kind)\(other): \(words)" : "\(dim("· \(kind)\(other):")) \(bold(words))"]
    }

    /// The answer to a question about shipping or a payment.
    private func lines(ofPayment answer: JSON, by person: Int64, _ conversation: Conversation) -> [String] {
        let arguments = Arguments(answer)
        var words = "payment confirmed"
        if !arguments.flag("ok") {
            words = "payment refused: \(TerminalSanitizer.text(arguments.text("error_message")))"
        } else if let options = arguments.structure("shipping_options")?.elements {
            let titles = options.map { TerminalSanitizer.text($0["title"]?.string ?? "") }
            words = "shipping: \(titles.joined(separator: ", "))"
        }
        if person != conversation.speaker {
            words += " for \(TerminalSanitizer.text(conversation.name(of: person)))"
        }
        return [isScript ? words : dim("· \(bot): \(words)")]
    }

    private func lines(ofResults answer: JSON, to person: Int64, _ conversation: Conversation) -> [String] {
        let results = Arguments(answer).structure("results")?.elements ?? []
        guard person == conversation.speaker else { return [] }
        guard !results.isEmpty else { return [isScript ? "no results" : dim("· \(bot) offers nothing")] }
        let offered = results.enumerated().map { index, result in
            let title = result["title"]?.string ?? result["caption"]?.string ?? result["type"]?.string ?? ""
            let more = result["description"]?.string.map { " – \($0)" } ?? ""
            return "[\(index + 1)] \(TerminalSanitizer.text(title + more))"
        }
        return isScript ? offered : [dim("· \(bot) offers, for /choose:")] + offered.map { "   \($0)" }
    }

    /// A draft's last line.
    private static func summary(of draft: JSON) -> String {
        let lines = (draft["text"]?.string ?? "").split(separator: "\n")
        let button = draft["can_stop"]?.bool == true ? " [Stop]" : ""
        return "writes " + TerminalSanitizer.text(String(lines.last?.suffix(60) ?? "…")) + button
    }

    private static func summary(of method: String, _ parameters: JSON) -> String {
        let arguments = Arguments(parameters)
        guard method == "setMyCommands", let commands = arguments.structure("commands")?.elements else {
            return method
        }
        return "commands "
            + commands.map { "/\(TerminalSanitizer.text($0["command"]?.string ?? ""))" }.joined(
                separator: " ")
    }

    // MARK: user actions

    /// A message that a user sent via the bot.
    package func lines(ofInlineMessage message: JSON, by name: String) -> [String] {
        let lines = text.lines(of: message)
        if isScript { return lines }
        return lines.prefix(1).map { "\(bold(TerminalSanitizer.text(name))) \(dim("via \(bot):")) \($0)" }
            + lines.dropFirst().map { "   \($0)" }
    }

    /// The reply keyboard, or a note that it was removed.
    package func lines(ofKeyboard keyboard: JSON?) -> [String] {
        guard let keyboard else {
            return MessageButtons(of: ["remove_keyboard": true]).lines(styled: text.styled)
        }
        return MessageButtons(of: keyboard).lines(styled: text.styled)
    }

    // MARK: remarks and errors

    /// A remark of the chat itself.
    package func remark(_ words: String) -> [String] { plain(words).map { dim("· \($0)") } }

    /// An error that the bot's author must see.
    package func error(_ words: String) -> [String] { plain(words).map { style("! \($0)", .red) } }

    /// Text that the bot wrote to stderr.
    package func stderr(_ words: String) -> [String] {
        plain(words).map { style("stderr: \($0)", .yellow) }
    }

    private func plain(_ words: String) -> [String] {
        words.split(separator: "\n", omittingEmptySubsequences: false).map {
            TerminalSanitizer.text(String($0))
        }
    }

    private func bold(_ text: String) -> String { style(text, .bold) }
    private func dim(_ text: String) -> String { style(text, .dim) }

    private func style(_ text: String, _ style: EscapeSequence.Style) -> String {
        self.text.styled && !text.isEmpty ? EscapeSequence.styled(text, style) : text
    }
}
