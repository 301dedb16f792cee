import Reactor

/// Knows which chats Telegram told to wait, and until when.
struct FloodWaits {
    private static let least = 64

    private var ends: [String: Instant] = [:]
    /// With so many in memory, those that are over are looked for: nobody has asked for them since.
    private var most = Self.least

    /// How many are in memory: at most twice as many as are held, and a few.
    var count: Int { ends.count }

    /// Nothing may go to `chat` before `end`.
    mutating func hold(_ chat: String, until end: Instant, at now: Instant) {
        ends[chat] = max(end, ends[chat] ?? end)
        guard ends.count > most else { return }
        ends = ends.filter { $0.value > now }
        most = max(Self.least, ends.count * 2)
    }

    /// How long a call to `chat` has to wait; nil when it may go.
    mutating func wait(for chat: String, at now: Instant) -> Duration? {
        guard let end = ends[chat] else { return nil }
        guard end > now else {
            ends[chat] = nil
            return nil
        }
        return end - now
    }

    /// The chats that are held now, by name, and for how long.
    func holds(at now: Instant) -> [(chat: String, left: Duration)] {
        ends.filter { $0.value > now }.map { ($0.key, $0.value - now) }.sorted { $0.chat < $1.chat }
    }
}
