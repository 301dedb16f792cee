import Reactor

/// Decides how long to put up with another program that asks for the same bot's updates.
struct PollConflict {
    enum Decision: Equatable {
        case first, again, tooLong
    }

    let limit: Duration
    private var first: Instant?
    private var last: Instant?

    init(limit: Duration) { self.limit = limit }

    /// Two programs that fight have a conflict every few seconds, for Telegram holds each back for 3 s.
    private static let rhythm = Duration.seconds(10)

    /// Two programs get some updates each between their conflicts, so that an answer in between proves
    /// nothing: only `limit` without a conflict ends one.
    mutating func happened(at now: Instant) -> Decision {
        defer { last = now }
        guard let first, let last, now - last < max(limit, Self.rhythm) else {
            first = now
            return .first
        }
        return now - first >= limit ? .tooLong : .again
    }
}
