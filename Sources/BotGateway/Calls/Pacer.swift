import Reactor

/// Knows which chats Telegram told to wait, and until when.
struct Pacer {
    private var holds: [String: Instant] = [:]

    /// Nothing may go to `chat` before `end`.
    mutating func hold(_ chat: String, until end: Instant) {
        holds[chat] = max(end, holds[chat] ?? end)
    }

    /// How long a call to `chat` has to wait; nil when it may go.
    mutating func wait(for chat: String, at now: Instant) -> Duration? {
        guard let end = holds[chat] else { return nil }
        guard end > now else {
            holds[chat] = nil
            return nil
        }
        return end - now
    }
}
