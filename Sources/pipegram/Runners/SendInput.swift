import BotGateway
import Logging
import Reactor

/// The input of `send`: calls as lines from stdin, or with --chat text, from the command line or from stdin.
@MainActor final class SendInput {
    private let sender: BatchSender
    /// The text on the command line; nil to read stdin.
    private let text: String?
    private var calls: TextCalls?

    init(_ command: SendCommand, to sender: BatchSender, log: Logger) {
        self.sender = sender
        text = command.text.isEmpty ? nil : command.text.joined(separator: " ")
        calls = command.chat.flatMap { TextCalls(chat: $0) }
        let refusals = RefusalLog(log)
        sender.onRefusal = { refusals.add($0) }
    }

    /// Sends the text on the command line, or starts to read stdin.
    func start(_ input: Input, log: Logger) {
        guard let text else {
            if Terminal.isTerminal(0) { log.notice("\(terminalHint)") }
            return input.start()
        }
        Array(text.utf8).withUnsafeBytes { if !$0.isEmpty { read($0) } }
        read(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    func read(_ piece: UnsafeRawBufferPointer) {
        guard let lines = calls?.read(piece) else { return sender.read(piece) }
        if !lines.isEmpty { lines.withUnsafeBytes { sender.read($0) } }
        if piece.isEmpty { sender.read(piece) }
    }

    private var terminalHint: String {
        calls == nil
            ? "reading calls from the terminal until Ctrl-D; to send those in a file, add <FILE"
            : "reading text from the terminal until Ctrl-D"
    }
}

/// Logs lines that aren't calls: a wrong file may have many of them.
@MainActor private final class RefusalLog {
    private static let limit = 10
    private let log: Logger
    private var count = 0
    private var hasHinted = false

    init(_ log: Logger) { self.log = log }

    func add(_ refusal: BatchSender.Refusal) {
        count += 1
        if count <= Self.limit { log.warning("line \(refusal.line) not sent: \(refusal.reason)") }
        if count == Self.limit {
            log.warning("further invalid lines are not logged; stdout has their results")
        }
        guard !refusal.isJSON, !hasHinted else { return }
        hasHinted = true
        log.warning(
            """
            each line must be a call in JSON: make it with jq -cn --arg text "$text" \
            '{type: "telegram.send_message", chat_id: 42, text: $text}', or send plain text with --chat ID
            """)
    }
}
