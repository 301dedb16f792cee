/// The outcomes of a gateway's calls so far.
struct CallTally {
    var successes = 0
    /// 429, 5xx, and answers that aren't the Bot API's.
    var troubles = 0
    /// Calls that were rejected or are unknown.
    var failures = 0

    mutating func add(_ outcome: BotAPIClient.Outcome) {
        switch outcome {
        case .response: successes += 1
        case .tooManyRequests, .serverError, .stranger: troubles += 1
        case .refused, .unreachable, .noResponse: break
        }
    }
}

/// Decides whether and when to retry a call after each attempt; the caller carries out the decision.
struct Retry {
    enum Decision: Equatable {
        case done
        /// Retry after this time.
        case again(after: Duration)
        /// The chat is rate-limited for this time.
        case hold(Duration)
        /// The chat has a new id: retry there.
        case move(to: Int64)
    }

    /// The most times an upload may break off. A proxy may close the connection because the file is too big, and its
    /// answer to that can get lost.
    static let mostBreaks = 10

    /// A call that fails this often while others succeed fails for a reason of its own. It would block its chat for ever.
    static let mostFailures = 8

    private(set) var tries = 0
    private var breaks = 0
    private var failures = 0
    /// The gateway's calls at the last failure.
    private var tally: CallTally

    /// - Parameter tally: the gateway's calls when this one was made.
    init(after tally: CallTally = CallTally()) { self.tally = tally }

    /// - Parameters:
    ///   - tally: the gateway's calls, this outcome included.
    ///   - jitter: 0..<1, to spread calls that failed at the same time.
    mutating func decide(on outcome: BotAPIClient.Outcome, _ tally: CallTally, jitter: Double) -> Decision {
        tries += 1
        if isHopeless(outcome, tally) { return .done }
        switch outcome {
        case .response, .noResponse:
            return .done
        case .refused(let error) where error.code == 401:
            // The token was revoked. The call itself is fine and is sent with a new token.
            return .again(after: Self.backoff(tries: tries, jitter: jitter))
        case .refused(let error):
            return error.newChat.map(Decision.move) ?? .done
        case .tooManyRequests(let wait, _):
            tries = 0
            return .hold(wait)
        case .unreachable(_, brokeOff: true) where breaks + 1 >= Self.mostBreaks:
            return .done
        case .unreachable(_, let brokeOff):
            if brokeOff { breaks += 1 }
            return .again(after: Self.backoff(tries: tries, jitter: jitter))
        case .serverError, .stranger:
            return .again(after: Self.backoff(tries: tries, jitter: jitter))
        }
    }

    /// Whether the call fails for a reason of its own: again and again, while nearly all other calls succeed. During a
    /// rate limit for the whole bot, or an outage, others fail as well.
    private mutating func isHopeless(_ outcome: BotAPIClient.Outcome, _ tally: CallTally) -> Bool {
        switch outcome {
        case .tooManyRequests, .serverError, .stranger: break
        case .response, .refused, .unreachable, .noResponse: return false
        }
        let successes = tally.successes - self.tally.successes
        // This failure is among them.
        let otherTroubles = tally.troubles - self.tally.troubles - 1
        if successes > 0, successes >= 4 * otherTroubles { failures += 1 }
        self.tally = tally
        return failures >= Self.mostFailures
    }

    /// 0.5 s, doubled up to 30 s, plus up to 50 % of jitter.
    static func backoff(tries: Int, jitter: Double) -> Duration {
        let doublings = min(max(tries - 1, 0), 6)
        let base = min(0.5 * Double(1 << doublings), 30)
        return .seconds(base * (1 + jitter / 2))
    }
}

/// Exponential backoff with jitter.
struct Backoff {
    private var failures = 0

    /// Notes a failed attempt. Returns how long to wait before the next one.
    mutating func failed() -> Duration {
        failures += 1
        return Retry.backoff(tries: failures, jitter: .random(in: 0..<1))
    }

    mutating func succeeded() { failures = 0 }
}
