import BotAPI
import JSON

/// The chats and users of a simulated Telegram. They were created by an action, learned from an update, or, in lenient
/// mode, named in a call.
struct SimulatedChats {
    private let strictness: Strictness
    private(set) var byID: [Int64: SimulatedChat] = [:]
    /// `User` objects by id.
    private(set) var people: [Int64: JSON] = [:]
    /// Profile photos by user id, the newest first; each is an array of `PhotoSize` objects.
    var photos: [Int64: [JSON]] = [:]
    /// The ids of the channels in users' profiles, by user id.
    var personalChannels: [Int64: Int64] = [:]
    var invites = InviteLinks()
    /// The times at which bans and restrictions end.
    var restrictions = Deadlines<Membership>()

    /// A user in a chat.
    struct Membership: Hashable {
        let chat: Int64
        let person: Int64
    }

    init(strictness: Strictness) { self.strictness = strictness }

    // MARK: learning

    /// Remembers an update's chat, message and topic, and continues message ids from there.
    mutating func learn(from payload: JSON) {
        for message in [payload, payload["message"]] {
            guard let message else { continue }
            if strictness == .strict, let person = message["from"], !knows(person) { learn(person: person) }
            guard let json = message["chat"], let id = json["id"]?.integer else { continue }
            let chat = byID[id] ?? add(json, id: id, isInferred: true)
            chat.json = json
            guard let number = message["message_id"]?.integer, 1...Int64(Int32.max) ~= number else {
                continue
            }
            chat.lastMessageID = max(chat.lastMessageID, number)
            if let thread = message["message_thread_id"]?.integer, message["is_topic_message"]?.bool == true {
                let topic = SimulatedChat.Topic(name: "Topic \(thread)", iconColor: 7_322_096)
                chat.topics[thread] = chat.topics[thread] ?? topic
            }
            if let topic = message["direct_messages_topic"], let id = topic["topic_id"]?.integer {
                let name = topic["user"]?["first_name"]?.string ?? "User \(id)"
                chat.topics[id] = chat.topics[id] ?? SimulatedChat.Topic(name: name, iconColor: 0)
            }
            // An inaccessible message (date 0) has no content. In a replay, this bot may have sent a message with an id
            // that a user's message has in the log: the bot's message is kept.
            let isSomebodys = message["from"]?["is_bot"]?.bool == false
            if message["date"] != 0, !isSomebodys || !chat.messages.contains(number) {
                chat.messages.put(message)
            }
        }
    }

    private func knows(_ person: JSON) -> Bool { person["id"]?.integer.flatMap { people[$0] } != nil }

    mutating func learn(person: JSON) {
        guard let id = person["id"]?.integer, id > 0 else { return }
        people[id] = person
    }

    /// An unused user id, above the ids of all known users.
    ///
    /// - Parameter first: the id to return if there are no users yet.
    func freePersonID(from first: Int64, besides bot: Int64) -> Int64 {
        // Ids in the upper half are ignored, so that a caller's own choice of ids can't use up the range.
        let taken = people.keys.filter { $0 != bot && $0 <= Self.personIDs.upperBound / 2 }
        return (taken.max() ?? first - 1) + 1
    }

    /// The ids that Telegram gives to users and bots.
    static let personIDs: ClosedRange<Int64> = 1...(1 << 40) - 1
    private static let groupIDs: ClosedRange<Int64> = -999_999_999_999 ... -1
    /// The ids of supergroups and channels.
    private static let supergroupIDs: ClosedRange<Int64> = -1_997_852_516_351 ... -1_000_000_000_001

    /// An id for a new group or channel.
    ///
    /// Fails if `wanted` is taken, or isn't valid for this type of chat.
    func groupID(wanted: Int64?, isBasic: Bool) throws(BotAPIError) -> Int64 {
        let ids = isBasic ? Self.groupIDs : Self.supergroupIDs
        let first: Int64 = isBasic ? -1 : -1_001_000_000_001
        // Ids at the far end are ignored, so that a caller's own choice of ids can't use up the range.
        let taken = byID.keys.filter { ids.lowerBound / 4 * 3...first ~= $0 }
        let id = wanted ?? (taken.min() ?? first + 1) - 1
        guard ids.contains(id) else {
            throw .badRequest(
                "invalid \(isBasic ? "group" : "supergroup") id \(id): it must be from \(ids.lowerBound) to \(ids.upperBound)"
            )
        }
        guard byID[id] == nil else { throw .badRequest("chat id \(id) is taken") }
        return id
    }

    @discardableResult
    mutating func add(_ json: JSON, id: Int64, isInferred: Bool) -> SimulatedChat {
        let messages =
            strictness == .lenient
            ? StoredMessages(countLimit: 100, byteLimit: 8 << 10)
            : StoredMessages(countLimit: 10_000, byteLimit: 16 << 20)
        let chat = SimulatedChat(json, id: id, isInferred: isInferred, messages: messages)
        byID[id] = chat
        return chat
    }

    /// The private chat with a user. It is created if it doesn't exist.
    mutating func privateChat(with person: JSON, id: Int64) -> SimulatedChat {
        if let known = byID[id] { return known }
        var json: JSON = ["id": JSON(id), "type": "private"]
        for key in ["first_name", "last_name", "username"] { person[key].map { json.set(key, $0) } }
        return add(json, id: id, isInferred: false)
    }

    // MARK: finding

    /// The chat with an id or an `@name`. In lenient mode, an unknown chat is created, with the properties that follow
    /// from its id or name.
    ///
    /// Fails like Telegram if the text is neither an id nor an `@name`, or if there is no such chat.
    mutating func chat(_ text: String) throws(BotAPIError) -> SimulatedChat {
        guard !text.isEmpty else { throw .badRequest("chat_id is empty") }
        if text.hasPrefix("@") { return try named(String(text.dropFirst())) }
        guard let id = Int64(text), id != 0 else { throw .badRequest("chat not found") }
        if let chat = byID[id] { return chat }
        guard strictness == .lenient else { throw refusal(of: id) }
        return add(["id": JSON(id), "type": JSON(Self.type(of: id))], id: id, isInferred: true)
    }

    private func refusal(of id: Int64) -> BotAPIError {
        guard let person = people[id] else { return .badRequest("chat not found") }
        return person["is_bot"]?.bool == true
            ? .forbidden("bots can't send messages to bots")
            : .forbidden("bot can't initiate conversation with a user")
    }

    private mutating func named(_ name: String) throws(BotAPIError) -> SimulatedChat {
        let known = byID.values.filter {
            !$0.isPrivate && $0.json["username"]?.string?.lowercased() == name.lowercased()
        }
        if let chat = known.max(by: { $0.id < $1.id }) { return chat }
        guard strictness == .lenient, !name.isEmpty else { throw .badRequest("chat not found") }
        let id = -1_009_000_000_000 - Int64(byID.count)
        let chat: JSON = [
            "id": JSON(id), "title": JSON(name), "username": JSON(name), "type": "channel",
        ]
        return add(chat, id: id, isInferred: true)
    }

    /// The `User` with an id. In lenient mode, an unknown user is made up.
    func person(_ id: Int64) -> JSON? {
        if let known = people[id] { return known }
        guard strictness == .lenient, id > 0 else { return nil }
        return ["id": JSON(id), "is_bot": false, "first_name": "User"]
    }

    private static func type(of id: Int64) -> String {
        if id > 0 { return "private" }
        return id > -1_000_000_000_000 ? "group" : "supergroup"
    }
}

extension BotAPIError {
    static func forbidden(_ reason: String) -> BotAPIError {
        BotAPIError(code: 403, reason: "Forbidden: \(reason)")
    }

    static var methodNotFound: BotAPIError {
        BotAPIError(code: 404, reason: "Not Found: method not found")
    }
}
