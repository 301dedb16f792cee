import Reactor

/// Decides how long to put up with a refusal that may be a passing one.
package struct RepeatedRefusal {
    package enum Decision: Equatable {
        case first, again, tooLong
    }

    let limit: Duration
    private var first: Instant?

    package init(limit: Duration) { self.limit = limit }

    package mutating func happened(at now: Instant) -> Decision {
        guard let first else {
            first = now
            return .first
        }
        return now - first >= limit ? .tooLong : .again
    }

    /// An answer came: the next refusal is a first one.
    package mutating func ended() { first = nil }
}
