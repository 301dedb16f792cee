import Reactor

/// Slows down polls that are answered at once and bring nothing new, as a caching proxy or a broken server does:
/// without pauses they would come by the thousand each second.
struct EmptyPollBackoff {
    /// Telegram itself answers some polls at once and empty, such as the first one after a conflict.
    private static let free = 3
    /// An answer that took longer is a long poll's, unless that asked for less than twice as long.
    private static let quick = Duration.seconds(1)

    enum Decision: Equatable {
        case poll
        /// - Parameter isFirst: whether the pauses begin with this one.
        case pause(Duration, isFirst: Bool)
    }

    private var fruitless = 0

    /// - Parameters:
    ///   - news: whether the answer brought an update that wasn't known.
    ///   - time: how long the answer took.
    ///   - wait: how long the poll asked Telegram to wait for updates.
    mutating func answered(news: Bool, after time: Duration, asked wait: Duration) -> Decision {
        guard !news, time < (wait == .zero ? Self.quick : min(Self.quick, wait / 2)) else {
            fruitless = 0
            return .poll
        }
        fruitless += 1
        guard fruitless > Self.free else { return .poll }
        if wait == .zero { return .pause(.milliseconds(500), isFirst: false) }
        let pause = Retry.backoff(tries: fruitless - Self.free, jitter: 0)
        return .pause(pause, isFirst: fruitless == Self.free + 1)
    }
}
