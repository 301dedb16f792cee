import Reactor

/// Tracks the rate limits of chats.
struct FloodWaits {
    private static let least = 64

    private var ends: [String: Instant] = [:]
    /// Above this count, expired entries are removed: no later call has asked for those chats.
    private var most = Self.least

    /// The number of entries: at most twice the number of rate-limited chats, plus 64.
    var count: Int { ends.count }

    /// Rate-limits `chat` until `end`.
    mutating func hold(_ chat: String, until end: Instant, at now: Instant) {
        ends[chat] = max(end, ends[chat] ?? end)
        guard ends.count > most else { return }
        ends = ends.filter { $0.value > now }
        most = max(Self.least, ends.count * 2)
    }

    /// How long a call to `chat` must wait; nil if it can be sent now.
    mutating func wait(for chat: String, at now: Instant) -> Duration? {
        guard let end = ends[chat] else { return nil }
        guard end > now else {
            ends[chat] = nil
            return nil
        }
        return end - now
    }

    /// The rate-limited chats, sorted by name, and the time left for each.
    func holds(at now: Instant) -> [(chat: String, left: Duration)] {
        ends.filter { $0.value > now }.map { ($0.key, $0.value - now) }.sorted { $0.chat < $1.chat }
    }
}
