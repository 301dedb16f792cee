/// Detects a broken bot: children of any scope die one after the other before they read anything. The log then gets one
/// error instead of a line for each.
struct CrashLoopDetector {
    enum Step: Equatable {
        /// A child died at its start.
        case one
        /// Too many in a row for chance.
        case begins
        /// It was reported before.
        case goesOn
    }

    private static let limit = 3

    private var inARow = 0

    /// The crash loop was reported and goes on.
    var isKnown: Bool { inARow >= Self.limit }

    /// A child ended without having read an event, and without having been told to end.
    mutating func childDied() -> Step {
        inARow = min(inARow + 1, Self.limit + 1)
        if inARow == Self.limit { return .begins }
        return isKnown ? .goesOn : .one
    }

    /// A child has read an event. True when that ends a crash loop.
    mutating func childReadEvent() -> Bool {
        defer { inARow = 0 }
        return isKnown
    }
}
