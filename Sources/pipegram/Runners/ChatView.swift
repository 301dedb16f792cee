import Chat
import JSON
import Logging
import Reactor
import TelegramSimulator

/// Shows a chat: the bot's actions, remarks and errors, and the prompt.
@MainActor final class ChatView {
    /// The number of lines that failed.
    private(set) var errors = 0

    private let interface: any ChatInterface
    private let isScript: Bool
    private let transcript: Transcript
    private let conversation: Conversation
    private let telegram: SimulatedTelegram
    private let typing: TypingIndicator
    private let log: Logger
    /// The bot may still turn out to speak plain text: it has done nothing, and --plain wasn't suggested.
    private var maySpeakText = true
    /// The text of the keyboard that was shown last.
    private var keyboard = ""

    init(
        of conversation: Conversation, with telegram: SimulatedTelegram, at interface: any ChatInterface,
        for reader: Transcript.Reader, on loop: EventLoop, log: Logger
    ) {
        (self.conversation, self.telegram, self.interface) = (conversation, telegram, interface)
        self.log = log
        if case .script = reader { isScript = true } else { isScript = false }
        transcript = Transcript(for: reader, bot: telegram.bot)
        typing = TypingIndicator(on: loop)
        typing.onChange = { interface.setPrompt(conversation.title, notice: $0) }
    }

    // MARK: actions of the bot

    func show(_ action: BotAction) {
        maySpeakText = false
        conversation.observe(action)
        if case .action(let action, let chat) = action {
            guard !isScript, chat == conversation.chat else { return }
            let name = telegram.bot["first_name"]?.string ?? "the bot"
            return typing.show(action["action"]?.string ?? "", of: name)
        }
        interface.show(transcript.lines(of: action, in: conversation))
        guard case .message(let message, _) = action else { return }
        if !isScript, let path = conversation.picture(in: message) { interface.showPicture(path) }
        typing.end()
        showKeyboard()
    }

    private func showKeyboard() {
        let now = conversation.keyboard
        let text = now?.description ?? ""
        guard text != keyboard else { return }
        keyboard = text
        interface.show(transcript.lines(ofKeyboard: now))
    }

    func showStderr(_ text: String) { interface.show(transcript.stderr(text)) }

    // MARK: actions of users

    func show(_ outcome: Conversation.Outcome) {
        switch outcome {
        case .done: break
        case .incomplete(let text): hint(text)
        case .hint(let text): hint(text)
        case .appAction(let text):
            interface.show(isScript ? [TerminalSanitizer.text(text)] : transcript.remark(text))
        case .inlineMessage(let message, let name):
            interface.show(transcript.lines(ofInlineMessage: message, by: name))
        }
    }

    func showPrompt() { interface.setPrompt(conversation.title, notice: nil) }

    func showHelp() {
        let width = TypedLine.usage.map(\.line.count).max() ?? 0
        interface.show(
            TypedLine.usage.map { line, meaning in
                "\(line)\(String(repeating: " ", count: width - line.count))  \(meaning)"
            })
    }

    // MARK: remarks and errors

    /// Shows a remark in an interactive chat only.
    func hint(_ text: String) {
        if !isScript { interface.show(transcript.remark(text)) }
    }

    /// - Parameter text: shown in an interactive chat, logged in a script.
    func announce(_ text: String) {
        if isScript { log.notice("\(text)") } else { interface.show(transcript.remark(text)) }
    }

    /// Suggests once to start a bot that has made no call with --plain.
    func suggestPlainText(_ commandLine: String) {
        guard maySpeakText else { return }
        maySpeakText = false
        announce("the bot has made no call. If it reads and prints plain text, use: \(commandLine)")
    }

    /// Shows why a line failed, and counts it.
    func showError(_ text: String) {
        errors += 1
        if isScript { log.error("\(text)") } else { interface.show(transcript.error(text)) }
    }

    /// Shows a log record.
    func show(_ level: Logger.Level, _ message: String, scope: String?) {
        var text = message
        if let scope, scope != "chat:\(conversation.chat)" { text += " (\(scope))" }
        interface.show(level >= .warning ? transcript.error(text) : transcript.remark(text))
    }

    /// Explains why the bot doesn't see a group message.
    func explainPrivacyMode() {
        let name = telegram.bot["username"]?.string ?? "it"
        hint("privacy mode: in a group the bot gets only commands, replies to it, and mentions of @\(name)")
    }
}
