import Glibc
import Reactor

/// What a source remembers of its requests for updates, above all of those that went wrong.
struct PollTroubles {
    static let rejectionLimit = Duration.seconds(30)

    var emptyPolls = EmptyPollBackoff()
    private var conflicts: RepeatedRefusal
    private var rejections = RepeatedRefusal(limit: Self.rejectionLimit)
    private var backoff = Backoff()
    /// How many polls failed.
    private(set) var errors = 0
    private(set) var isFailing = false
    /// When a poll was last answered, in seconds since 1970.
    private(set) var lastAnswer: Int64?
    private var start: Int64?
    /// When a poll was last answered or the first one sent.
    var lastPoll: Int64? { lastAnswer ?? start }

    /// Telegram delays each of two competing programs by 3 s, so both see a conflict every few seconds. Between them
    /// both get some updates, so a successful poll proves nothing.
    ///
    /// - Parameter rhythm: the time without a conflict after which the next one counts as a first.
    init(conflictLimit: Duration, rhythm: Duration = .seconds(30)) {
        conflicts = RepeatedRefusal(limit: conflictLimit, rhythm: rhythm)
    }

    mutating func began() {
        if start == nil { start = Int64(time(nil)) }
    }

    mutating func answered() {
        backoff.succeeded()
        rejections.ended()
        (isFailing, lastAnswer) = (false, Int64(time(nil)))
    }

    /// Another program polls for the same bot.
    mutating func conflicted() -> RepeatedRefusal.Decision {
        failed()
        return conflicts.happened(at: .current)
    }

    /// The token was rejected.
    mutating func rejected() -> RepeatedRefusal.Decision {
        count()
        return rejections.happened(at: .current)
    }

    /// A poll failed for another reason.
    ///
    /// - Returns: how long to wait for the next one.
    @discardableResult
    mutating func failed() -> Duration {
        count()
        rejections.ended()
        return backoff.failed()
    }

    private mutating func count() {
        errors += 1
        isFailing = true
    }
}
