import JSON

/// What all bots of a simulated Telegram share: groups, channels, users, files, and polls. Private chats belong to one
/// bot.
final class SharedState {
    /// The groups and channels by id.
    fileprivate(set) var groups: [Int64: SimulatedChat] = [:]
    /// `User` objects by id, with those of the bots.
    private(set) var people: [Int64: JSON] = [:]
    /// Profile photos by user id, the newest first; each is an array of `PhotoSize` objects.
    var photos: [Int64: [JSON]] = [:]
    /// The ids of the channels in users' profiles, by user id.
    var personalChannels: [Int64: Int64] = [:]
    var invites = InviteLinks()
    /// The times at which bans and restrictions end.
    var restrictions = Deadlines<Membership>()
    var polls = SimulatedPolls()
    /// The files that were uploaded or added.
    var files: SimulatedFiles
    let strictness: Strictness
    let clock: SimulatedClock

    /// A user in a chat.
    struct Membership: Hashable {
        let chat: Int64
        let person: Int64
    }

    init(strictness: Strictness, clock: SimulatedClock, files: SimulatedFiles) {
        (self.strictness, self.clock, self.files) = (strictness, clock, files)
    }

    // MARK: groups and users

    func add(_ group: SimulatedChat) { groups[group.id] = group }

    func learn(person: JSON) {
        guard let id = person["id"]?.integer, id > 0 else { return }
        people[id] = person
    }

    /// An unused user id, above the ids of all known users.
    ///
    /// - Parameters:
    ///   - first: the id to return if there are no users yet.
    ///   - bots: the ids of bots, which don't count, and aren't returned.
    func freePersonID(from first: Int64, besides bots: Set<Int64>) -> Int64 {
        // Ids in the upper half are ignored, so that a caller's own choice of ids can't use up the range.
        let taken = people.keys.filter { !bots.contains($0) && $0 <= Self.personIDs.upperBound / 2 }
        var id = (taken.max() ?? first - 1) + 1
        while bots.contains(id) { id += 1 }
        return id
    }

    /// The ids that Telegram gives to users and bots.
    static let personIDs: ClosedRange<Int64> = 1...(1 << 40) - 1
}
