/// What a poller remembers of the polls that went wrong.
struct PollTroubles {
    static let rejectionLimit = Duration.seconds(30)

    var conflict: PollConflict
    var rejection = RepeatedRefusal(limit: Self.rejectionLimit)
    var backoff = Backoff()
    var emptyPolls = EmptyPollBackoff()

    init(conflictLimit: Duration) { conflict = PollConflict(limit: conflictLimit) }

    mutating func answered() {
        backoff.succeeded()
        rejection.ended()
    }
}
