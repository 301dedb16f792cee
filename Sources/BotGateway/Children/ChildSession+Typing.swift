import Reactor

/// Shows in the chat that its child is at work: from a moment after it was given an event until it calls
/// something, says that the event is dealt with, waits for more, or ends.
extension ChildSession {
    /// Who is quick needs no notice.
    private static let delay: Duration = .milliseconds(500)
    /// Telegram shows it for 5 s.
    private static let interval: Duration = .milliseconds(4500)
    /// A child that says nothing for so long has nothing to say, unless it owes an acknowledgement.
    private static let limit: Duration = .seconds(60)

    func startTyping() {
        guard options.showsTyping, scope.chat != nil, options.replays == nil else { return }
        typing?.cancel()
        wait(for: Self.delay)
    }

    func stopTyping() {
        typing?.cancel()
        typing = nil
    }

    private func wait(for delay: Duration) {
        typing = children.loop.after(delay) { [unowned self] in
            typing = nil
            let isAtWork = owesAcknowledgement || lastGiven + Self.limit > .current
            guard isAlive, isAtWork, process?.isReadingInput != true else { return }
            children.onTyping(scope)
            wait(for: Self.interval)
        }
    }
}
