import Glibc

/// What a poller remembers of its polls, above all of those that went wrong.
struct PollTroubles {
    static let rejectionLimit = Duration.seconds(30)

    var conflict: PollConflict
    var rejection = RepeatedRefusal(limit: Self.rejectionLimit)
    var emptyPolls = EmptyPollBackoff()
    private var backoff = Backoff()
    /// How many polls failed.
    private(set) var errors = 0
    private(set) var isFailing = false
    /// When a poll was last answered or the first one sent, in seconds since 1970.
    private(set) var lastPoll: Int64?

    init(conflictLimit: Duration) { conflict = PollConflict(limit: conflictLimit) }

    mutating func began() {
        if lastPoll == nil { lastPoll = Int64(time(nil)) }
    }

    mutating func answered() {
        backoff.succeeded()
        rejection.ended()
        (isFailing, lastPoll) = (false, Int64(time(nil)))
    }

    /// A poll failed.
    ///
    /// - Returns: how long to wait for the next one.
    @discardableResult
    mutating func failed() -> Duration {
        errors += 1
        isFailing = true
        return backoff.failed()
    }
}
