import BotAPI
import Reactor

/// Decides which updates reach anybody: those of the chats and users that may come in, and that are young
/// enough.
package struct AccessPolicy {
    enum Decision: Equatable {
        case admitted, notAllowed, tooOld
    }

    /// Nil when everyone may come in.
    package var list: AllowList?
    /// How old an update may be when it arrives; nil when that doesn't matter.
    package let maxAge: Duration?
    /// What supergroups were before: a group that is allowed stays so under its new id.
    private var oldIDs: [Int64: Int64] = [:]
    private var clock = ClockSuspicion()

    package init(_ list: AllowList?, maxAge: Duration?) {
        (self.list, self.maxAge) = (list, maxAge)
    }

    /// - Parameter now: in seconds since 1970.
    func decide(on update: Update, at now: Int64) -> Decision {
        guard admitsOrigin(of: update) else { return .notAllowed }
        // One from the future is the clock's fault, and a date of 0 is none.
        guard let maxAge, let time = update.time, time > 0, time <= now else { return .admitted }
        return .seconds(now - time) > maxAge ? .tooOld : .admitted
    }

    private func admitsOrigin(of update: Update) -> Bool {
        guard let list else { return true }
        if update.chats.contains(where: { admits(chat: $0, list) }) { return true }
        guard let sender = update.sender else { return false }
        return list.admits(user: sender["id"]?.integer, name: sender["username"]?.string)
    }

    private func admits(chat id: Int64, _ list: AllowList) -> Bool {
        if list.chats.contains(id) { return true }
        return oldIDs[id].map(list.chats.contains) ?? false
    }

    /// A group has another id now.
    package mutating func migrate(_ old: Int64, to new: Int64) {
        oldIDs[new] = old
    }

    /// Learns what an update tells of an allowed group's new id: true when that is news.
    mutating func learn(from update: Update) -> Bool {
        guard let list, let migration = update.migration, list.chats.contains(migration.old),
            oldIDs[migration.new] != migration.old
        else { return false }
        migrate(migration.old, to: migration.new)
        return true
    }

    /// Tells of a batch how many were too old, and how many young enough. True once, when it may be the clock
    /// that is wrong.
    mutating func doubtsClock(old: Int, young: Int) -> Bool {
        clock.happened(old: old, young: young)
    }
}

/// Decides whether updates are old, or the clock is ahead.
struct ClockSuspicion {
    /// A backlog comes in batches of 100, and one that is smaller: what comes in small ones after that has
    /// just happened.
    private static let backlogBatch = 100
    private static let limit = 3

    private var smallOldBatches = 0

    mutating func happened(old: Int, young: Int) -> Bool {
        guard smallOldBatches < Self.limit else { return false }
        if young > 0 { smallOldBatches = 0 }
        guard young == 0, old > 0, old < Self.backlogBatch else { return false }
        smallOldBatches += 1
        return smallOldBatches == Self.limit
    }
}
