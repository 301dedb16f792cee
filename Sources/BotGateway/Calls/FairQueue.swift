import DequeModule

/// Decides whose call goes next when a place is free.
///
/// The first call of a scope that had nothing to send is most likely an answer that someone waits for; it
/// goes before what scopes have left to send that had a turn. But not every time, or these never got on.
struct FairQueue {
    /// So many answers may go before one of the others.
    static let answersInARow = 3

    private var answers: Deque<Scope> = []
    private var others: Deque<Scope> = []
    private var inARow = 0

    /// Lets a scope wait, behind others of its kind.
    ///
    /// - Parameter hadTurn: whether one of its calls is done, and more have waited ever since.
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
