/// Detects a crash loop: in all scopes, one child after the other dies before it reads an event. The log then gets one
/// error instead of a line for each.
struct CrashLoopDetector {
    enum Step: Equatable {
        /// One child died, perhaps by chance.
        case one
        /// Too many died in a row: report a crash loop.
        case begins
        /// The crash loop was reported before.
        case goesOn
    }

    private static let limit = 3

    private var inARow = 0

    /// A crash loop was reported and goes on.
    var isKnown: Bool { inARow >= Self.limit }

    /// A child ended unasked, without having read an event.
    mutating func childDied() -> Step {
        inARow = min(inARow + 1, Self.limit + 1)
        if inARow == Self.limit { return .begins }
        return isKnown ? .goesOn : .one
    }

    /// A child has read an event. Returns true if that ends a crash loop.
    mutating func childReadEvent() -> Bool {
        defer { inARow = 0 }
        return isKnown
    }
}
