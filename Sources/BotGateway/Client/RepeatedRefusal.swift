import Reactor

/// Decides how long to put up with a refusal that may be a passing one.
package struct RepeatedRefusal {
    package enum Decision: Equatable {
        case first, again, tooLong
    }

    private let limit: Duration
    private let rhythm: Duration?
    private var first: Instant?
    private var last: Instant?

    /// - Parameter rhythm: the time without a refusal after which the next one counts as a first; nil where only
    ///   `ended` starts again.
    package init(limit: Duration, rhythm: Duration? = nil) {
        (self.limit, self.rhythm) = (limit, rhythm)
    }

    package mutating func happened(at now: Instant) -> Decision {
        if let rhythm, let last, now - last >= rhythm { first = nil }
        last = now
        guard let first else {
            first = now
            return .first
        }
        return now - first >= limit ? .tooLong : .again
    }

    /// Something else came: the next refusal is a first one.
    package mutating func ended() { first = nil }
}
