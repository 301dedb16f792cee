import DequeModule

/// Chooses which scope sends its next call when a place is free.
///
/// The first call of a scope that had nothing to send is probably an answer that a user waits for. It goes before the
/// calls of scopes that are already sending, but only `answersInARow` times, so that those aren't starved.
struct FairQueue {
    /// The most answers sent before one call of the other kind.
    static let answersInARow = 3

    private var answers: Deque<Scope> = []
    private var others: Deque<Scope> = []
    private var inARow = 0

    /// Appends a scope behind the others of its kind.
    ///
    /// - Parameter hadTurn: whether one of its calls was finished and more have waited ever since.
    mutating func wait(_ scope: Scope, hadTurn: Bool) {
        if hadTurn { others.append(scope) } else { answers.append(scope) }
    }

    mutating func next() -> Scope? {
        guard let other = others.first else { return answers.popFirst() }
        if inARow < Self.answersInARow, let answer = answers.popFirst() {
            inARow += 1
            return answer
        }
        inARow = 0
        others.removeFirst()
        return other
    }
}
