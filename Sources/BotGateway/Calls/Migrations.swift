/// Maps the ids of groups to those of the supergroups that they became.
///
/// - SeeAlso: https://core.telegram.org/bots/api#responseparameters
struct Migrations {
    private var moves: [Int64: Int64] = [:]

    /// The chat's current id after all its moves; the same id if it never moved.
    func current(_ chat: Int64) -> Int64 {
        var chat = chat
        // This ends, because `add` refuses cycles.
        while let next = moves[chat] { chat = next }
        return chat
    }

    /// Adds a move. Returns false if it is known already or would make a cycle.
    mutating func add(from old: Int64, to new: Int64) -> Bool {
        guard moves[old] != new, !leads(from: new, to: old) else { return false }
        moves[old] = new
        return true
    }

    private func leads(from start: Int64, to end: Int64) -> Bool {
        var chat = start
        while chat != end {
            guard let next = moves[chat] else { return false }
            chat = next
        }
        return true
    }
}
