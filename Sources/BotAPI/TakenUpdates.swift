/// Recognizes updates that came before: after a lost response, Telegram sends them again, to a webhook in any order.
///
/// Each id is remembered in the slot of its remainder. Telegram counts ids up, so a slot is only taken over by an id that
/// is higher by the number of slots.
package struct TakenUpdates {
    package enum Verdict {
        case new
        /// It may have come before: too many others came since.
        case doubtful
        case taken
    }

    package static let slotCount = 4096
    /// After a week without updates, Telegram goes on at a random id. One that is lower by more than this is a new one.
    package static let reach: Int64 = 100_000

    private var slots = [Int64?](repeating: nil, count: slotCount)
    private let polled: Int64?

    /// - Parameters:
    ///   - ids: the ids that earlier runs took.
    ///   - polled: the offset up to which an earlier run took all updates by polling.
    package init(_ ids: some Sequence<Int64> = [], polledUntil polled: Int64? = nil) {
        self.polled = polled
        for id in ids { note(id) }
    }

    package func verdict(on id: Int64) -> Verdict {
        let known = slots[Self.slot(of: id)]
        if known == id { return .taken }
        return [known, polled].contains { Self.isBelow(id, $0) } ? .doubtful : .new
    }

    /// Those that weren't taken; doubtful ones are marked.
    package func unknown(_ updates: [Update]) -> [Update] {
        updates.compactMap { update in
            let verdict = verdict(on: update.id)
            var update = update
            update.mayHaveComeBefore = verdict == .doubtful
            return verdict == .taken ? nil : update
        }
    }

    /// The same, and notes all of them.
    package mutating func take(_ updates: [Update]) -> [Update] {
        updates.flatMap { update in
            defer { note(update.id) }
            return unknown([update])
        }
    }

    package mutating func note(_ id: Int64) {
        let slot = Self.slot(of: id)
        if !Self.isBelow(id, slots[slot]) { slots[slot] = id }
    }

    private static func isBelow(_ id: Int64, _ known: Int64?) -> Bool {
        known.map { id < $0 && id >= $0 &- reach } ?? false
    }

    /// The journal keeps ids in the same slots.
    package static func slot(of id: Int64) -> Int { Int(id.magnitude % UInt64(slotCount)) }
}
