/// Decides what follows from what became of one try of a call; the caller carries it out.
struct Retry {
    enum Decision: Equatable {
        case done
        /// Try it again after so long.
        case again(after: Duration)
        /// Telegram told this chat to wait: nothing may go to it before.
        case hold(Duration)
        /// The chat has another id now: try it there.
        case move(to: Int64)
    }

    /// More than a chat has ever moved: a server that names a new chat each time is not followed for ever.
    static let mostMoves = 4

    /// An upload that breaks off each time isn't wanted: a server in front of Telegram may end the connection before
    /// anyone can read that the file is too big.
    static let mostBreaks = 10

    private(set) var tries = 0
    private var moves = 0
    private var breaks = 0

    /// - Parameter jitter: 0..<1, to spread those who failed together.
    mutating func decide(on outcome: BotAPIClient.Outcome, jitter: Double) -> Decision {
        tries += 1
        switch outcome {
        case .response, .noResponse:
            return .done
        case .refused(let error) where error.code == 401:
            // The token was revoked: it isn't this call that is refused, and a new token will send it.
            return .again(after: Self.backoff(tries: tries, jitter: jitter))
        case .refused(let error):
            guard let chat = error.newChat, moves < Self.mostMoves else { return .done }
            moves += 1
            return .move(to: chat)
        case .tooManyRequests(let wait, _):
            tries = 0
            return .hold(wait)
        case .unreachable(_, brokeOff: true) where breaks + 1 >= Self.mostBreaks:
            return .done
        case .unreachable(_, let brokeOff):
            if brokeOff { breaks += 1 }
            return .again(after: Self.backoff(tries: tries, jitter: jitter))
        case .serverError:
            return .again(after: Self.backoff(tries: tries, jitter: jitter))
        }
    }

    /// 0.5 s, doubled up to 30 s, and up to half as much again.
    static func backoff(tries: Int, jitter: Double) -> Duration {
        let doublings = min(max(tries - 1, 0), 6)
        let base = min(0.5 * Double(1 << doublings), 30)
        return .seconds(base * (1 + jitter / 2))
    }
}

/// The growing pauses between tries that fail.
struct Backoff {
    private var failures = 0

    /// A try failed. How long to pause before the next one.
    mutating func failed() -> Duration {
        failures += 1
        return Retry.backoff(tries: failures, jitter: .random(in: 0..<1))
    }

    mutating func succeeded() { failures = 0 }
}
