import BotAPI
import Reactor

/// Decides which updates are delivered: those of allowed chats and users that aren't too old.
package struct AccessPolicy {
    enum Decision: Equatable {
        case admitted, notAllowed, tooOld
    }

    /// Nil to allow everyone.
    package var list: AllowList?
    /// Hears of messages of others; nil if they are dropped in silence.
    package var strangers: Strangers?
    /// The maximum age of an arriving update; nil for no limit.
    package let maxAge: Duration?
    /// The former ids of supergroups: an allowed group stays allowed under its new id.
    private var oldIDs: [Int64: Int64] = [:]
    private var clock = ClockSuspicion()

    package init(_ list: AllowList?, maxAge: Duration?) {
        (self.list, self.maxAge) = (list, maxAge)
    }

    /// - Parameter now: in seconds since 1970.
    func decide(on update: Update, at now: Int64) -> Decision {
        guard admitsOrigin(of: update) else { return .notAllowed }
        // A date in the future means that the clock is wrong, and 0 means no date.
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

    /// Notes the new id of a group.
    package mutating func migrate(_ old: Int64, to new: Int64) {
        oldIDs[new] = old
    }

    /// Notes an allowed group's new id if the update reports one. Returns true if that is new.
    mutating func learn(from update: Update) -> Bool {
        guard let list, let migration = update.migration, list.chats.contains(migration.old),
            oldIDs[migration.new] != migration.old
        else { return false }
        migrate(migration.old, to: migration.new)
        return true
    }

    /// Takes the number of too old and of young updates in a batch. Returns true once, when the clock may be wrong.
    mutating func doubtsClock(old: Int, young: Int) -> Bool {
        clock.happened(old: old, young: young)
    }
}

/// Decides whether updates are old or the clock is ahead.
struct ClockSuspicion {
    /// A backlog arrives in batches of 100 and a smaller last one. Updates in later small batches have just happened.
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
