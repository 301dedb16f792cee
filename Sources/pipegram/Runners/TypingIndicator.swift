import Reactor

/// Shows that the bot is typing, for as long as Telegram's apps do.
@MainActor final class TypingIndicator {
    /// Called with the text to show; nil when the action ends.
    var onChange: (String?) -> Void = { _ in }

    /// How long apps show an action.
    private static let duration = Duration.seconds(5)
    private let loop: EventLoop
    private var timer: Timer?

    init(on loop: EventLoop) { self.loop = loop }

    /// - Parameter action: a value of `sendChatAction`.
    func show(_ action: String, of bot: String) {
        timer?.cancel()
        timer = loop.after(Self.duration) { [weak self] in self?.end() }
        onChange("\(bot) \(Self.text(for: action))")
    }

    func end() {
        guard let timer else { return }
        timer.cancel()
        self.timer = nil
        onChange(nil)
    }

    private static func text(for action: String) -> String {
        switch action {
        case "typing": "is typing…"
        case "choose_sticker": "chooses a sticker…"
        case "find_location": "looks for a place…"
        default: action.hasPrefix("record") ? "is recording…" : "is sending a file…"
        }
    }
}
