/// Tells when the bot itself is broken: children of whatever scope die one after the other before they read
/// anything. One loud line says so then, instead of a line for each.
struct CrashLoopDetector {
    enum Step: Equatable {
        /// A child died at its start.
        case one
        /// So many did in a row that it can't be chance.
        case begins
        /// It is known.
        case goesOn
    }

    private static let limit = 3

    private var inARow = 0

    /// Everyone dies at the start, and that was said.
    var isKnown: Bool { inARow >= Self.limit }

    /// A child ended without having read an event, and without having been told to end.
    mutating func childDied() -> Step {
        inARow = min(inARow + 1, Self.limit + 1)
        if inARow == Self.limit { return .begins }
        return isKnown ? .goesOn : .one
    }

    /// A child has read an event. True when trouble is over by that.
    mutating func childReadEvent() -> Bool {
        defer { inARow = 0 }
        return isKnown
    }
}
