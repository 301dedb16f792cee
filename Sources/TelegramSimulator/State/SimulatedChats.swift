import BotAPI
import JSON

/// The chats and users as a bot sees them: its private chats, and the groups and channels that it shares with others.
/// They were created by an action, learned from an update, or, in lenient mode, named in a call.
struct SimulatedChats {
    private let shared: SharedState
    /// By the user's id.
    private var privateChats: [Int64: SimulatedChat] = [:]

    init(sharing shared: SharedState) { self.shared = shared }

    private var strictness: Strictness { shared.strictness }

    subscript(id: Int64) -> SimulatedChat? { id > 0 ? privateChats[id] : shared.groups[id] }

    /// All chats, in no particular order.
    var all: [SimulatedChat] { [shared.groups, privateChats].flatMap(\.values) }

    // MARK: learning

    /// Remembers an update's chat, message and topic, and continues message ids from there.
    mutating func learn(from payload: JSON) {
        for message in [payload, payload["message"]] {
            guard let message else { continue }
            if strictness == .strict, let person = message["from"], !knows(person) {
                shared.learn(person: person)
            }
            guard let json = message["chat"], let id = json["id"]?.integer else { continue }
            let chat = self[id] ?? add(json, id: id, isInferred: true)
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

    private func knows(_ person: JSON) -> Bool { person["id"]?.integer.flatMap { shared.people[$0] } != nil }

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
        let taken = shared.groups.keys.filter { ids.lowerBound / 4 * 3...first ~= $0 }
        let id = wanted ?? (taken.min() ?? first + 1) - 1
        guard ids.contains(id) else {
            throw .badRequest(
                "invalid \(isBasic ? "group" : "supergroup") id \(id): it must be from \(ids.lowerBound) to \(ids.upperBound)"
            )
        }
        guard self[id] == nil else { throw .badRequest("chat id \(id) is taken") }
        return id
    }

    @discardableResult
    mutating func add(_ json: JSON, id: Int64, isInferred: Bool) -> SimulatedChat {
        let messages =
            strictness == .lenient
            ? StoredMessages(countLimit: 100, byteLimit: 8 << 10)
            : StoredMessages(countLimit: 10_000, byteLimit: 16 << 20)
        let chat = SimulatedChat(json, id: id, isInferred: isInferred, messages: messages)
        if id > 0 { privateChats[id] = chat } else { shared.add(chat) }
        return chat
    }

    /// The private chat with a user. It is created if it doesn't exist.
    mutating func privateChat(with person: JSON, id: Int64) -> SimulatedChat {
        if let known = self[id] { return known }
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
        if let chat = self[id] { return chat }
        guard strictness == .lenient else { throw refusal(of: id) }
        return add(["id": JSON(id), "type": JSON(Self.type(of: id))], id: id, isInferred: true)
    }

    private func refusal(of id: Int64) -> BotAPIError {
        guard let person = shared.people[id] else { return .badRequest("chat not found") }
        return person["is_bot"]?.bool == true
            ? .forbidden("bots can't send messages to bots")
            : .forbidden("bot can't initiate conversation with a user")
    }

    /// The chat with an id or an `@name`; nil if there is none.
    func known(_ text: String) -> SimulatedChat? {
        guard text.hasPrefix("@") else { return Int64(text).flatMap { self[$0] } }
        let name = text.dropFirst().lowercased()
        return shared.groups.values.filter { $0.json["username"]?.string?.lowercased() == name }
            .max { $0.id < $1.id }
    }

    private mutating func named(_ name: String) throws(BotAPIError) -> SimulatedChat {
        if let chat = known("@\(name)") { return chat }
        guard strictness == .lenient, !name.isEmpty else { throw .badRequest("chat not found") }
        let id = -1_009_000_000_000 - Int64(privateChats.count + shared.groups.count)
        let chat: JSON = [
            "id": JSON(id), "title": JSON(name), "username": JSON(name), "type": "channel",
        ]
        return add(chat, id: id, isInferred: true)
    }

    /// The `User` with an id. In lenient mode, an unknown user is made up.
    func person(_ id: Int64) -> JSON? {
        if let known = shared.people[id] { return known }
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
