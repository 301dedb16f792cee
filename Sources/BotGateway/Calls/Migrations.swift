/// The basic groups that became supergroups, with their new ids.
///
/// - SeeAlso: https://core.telegram.org/bots/api#responseparameters
struct Migrations {
    /// The ids of basic groups, and of supergroups and channels.
    private static let basicGroups: ClosedRange<Int64> = -999_999_999_999 ... -1
    private static let supergroups: ClosedRange<Int64> = -4_000_000_000_000 ... -1_000_000_000_001

    private var moves: [Int64: Int64] = [:]

    /// The chat's id now.
    func current(_ chat: Int64) -> Int64 { moves[chat] ?? chat }

    /// Adds a move. Returns false if it is known already, or isn't one from a basic group to a supergroup: no other
    /// chat moves, whatever an answer says.
    mutating func add(from old: Int64, to new: Int64) -> Bool {
        guard Self.basicGroups.contains(old), Self.supergroups.contains(new), moves[old] != new else {
            return false
        }
        moves[old] = new
        return true
    }
}
