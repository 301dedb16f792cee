/// Knows which groups became supergroups, which have another id, and so where calls to the old one go.
///
/// - SeeAlso: https://core.telegram.org/bots/api#responseparameters
struct Migrations {
    private var moves: [Int64: Int64] = [:]

    /// What a chat has become, over as many moves as there were; the chat itself if it never moved.
    func current(_ chat: Int64) -> Int64 {
        var chat = chat
        // Ends, for `add` lets no move lead back.
        while let next = moves[chat] { chat = next }
        return chat
    }

    /// Remembers a move. False where it is known already, or would lead back to where it began.
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
