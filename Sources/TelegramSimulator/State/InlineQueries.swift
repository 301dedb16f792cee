import JSON

/// Inline mode: the users' queries, the bot's results, and the messages sent from these results.
struct InlineQueries {
    /// A query that a user is typing, and the bot's results.
    struct Query {
        let json: JSON
        /// Nil until the bot answers.
        var results: [JSON]?
    }

    /// The last query of each user, by user id.
    private(set) var queries: [Int64: Query] = [:]
    /// The places of messages sent via the bot, by `inline_message_id`.
    private(set) var messages: [String: (chat: Int64, message: Int64)] = [:]
    private var names: [Int64: [Int64: String]] = [:]
    private var count: Int64

    /// - Parameter start: the number before the first query's or message's.
    init(after start: Int64) { count = start }

    /// - Returns: the `InlineQuery` with its id.
    mutating func add(_ query: JSON, by person: Int64) -> JSON {
        count += 1
        var query = query
        query.set("id", JSON(String(1_800_000_000_000_000_000 + count)))
        queries[person] = Query(json: query)
        return query
    }

    /// Remembers the `InlineQuery` of an update; ignores any other payload.
    mutating func learn(from payload: JSON) {
        guard payload["query"] != nil, payload["offset"] != nil, let person = payload["from"]?["id"]?.integer
        else {
            return
        }
        queries[person] = Query(json: payload)
    }

    /// The user who is waiting for results of the query with this id; nil if there is none.
    func person(waitingFor id: String) -> Int64? {
        queries.first { $0.value.json["id"]?.string == id && $0.value.results == nil }?.key
    }

    mutating func answer(_ person: Int64, with results: [JSON]) { queries[person]?.results = results }

    /// - Returns: the message's `inline_message_id`.
    mutating func add(message: Int64, in chat: Int64) -> String {
        count += 1
        let id = Self.messageID(count)
        if let old = messages.removeValue(forKey: Self.messageID(count - Self.limit)) {
            names[old.chat]?[old.message] = nil
        }
        messages[id] = (chat, message)
        names[chat, default: [:]][message] = id
        return id
    }

    /// The number of the latest queries and messages to remember, counted together. Older messages can't be edited.
    private static let limit: Int64 = 10_000

    private static func messageID(_ number: Int64) -> String { "AAAAAA\(String(number, radix: 36))" }

    func id(of message: Int64, in chat: Int64) -> String? { names[chat]?[message] }
}
