import Reactor

/// Decides how long to keep polling while another program polls for the same bot.
struct PollConflict {
    enum Decision: Equatable {
        case first, again, tooLong
    }

    let limit: Duration
    private var first: Instant?
    private var last: Instant?

    init(limit: Duration) { self.limit = limit }

    /// Two competing programs see a conflict every few seconds, because Telegram delays each of them by 3 s.
    private static let rhythm = Duration.seconds(30)

    /// Between their conflicts both programs get some updates, so a successful poll proves nothing: only `rhythm`
    /// without a conflict ends one.
    mutating func happened(at now: Instant) -> Decision {
        defer { last = now }
        guard let first, let last, now - last < Self.rhythm else {
            first = now
            return .first
        }
        return now - first >= limit ? .tooLong : .again
    }
}
