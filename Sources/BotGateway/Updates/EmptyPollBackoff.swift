import Reactor

/// Slows down polls that are answered at once and bring nothing new, as a caching proxy or a broken server does:
/// without pauses they would come by the thousand each second.
struct EmptyPollBackoff {
    /// Telegram itself answers some polls at once and empty, such as the first one after a conflict.
    private static let free = 3
    /// An answer that took longer is a long poll's.
    private static let quick = Duration.milliseconds(100)

    enum Decision: Equatable {
        case poll
        /// - Parameter isFirst: whether the pauses begin with this one.
        case pause(Duration, isFirst: Bool)
    }

    private var fruitless = 0

    /// - Parameters:
    ///   - news: whether the answer brought an update that wasn't known.
    ///   - time: how long the answer took.
    ///   - mayBeQuick: whether the poll asked for an answer at once.
    mutating func answered(news: Bool, after time: Duration, mayBeQuick: Bool) -> Decision {
        guard !news, time < Self.quick else {
            fruitless = 0
            return .poll
        }
        fruitless += 1
        guard fruitless > Self.free else { return .poll }
        if mayBeQuick { return .pause(.milliseconds(500), isFirst: false) }
        let pause = Retry.backoff(tries: fruitless - Self.free, jitter: 0)
        return .pause(pause, isFirst: fruitless == Self.free + 1)
    }
}
