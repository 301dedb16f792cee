import JSON

/// Queries from pressed buttons or from widgets. A query can be answered once, until it expires.
struct CallbackQueries {
    /// The lifetime of a query in seconds.
    private let lifetime: Int64
    /// The maximum number of queries to remember.
    private let limit: Int

    private struct Press {
        let id: String
        let person: Int64
        /// Nil for a query without a chat.
        let chat: Int64?
        let date: Int64
        var isAnswered = false
    }

    private var presses: [Press] = []
    private var count: Int64

    /// - Parameters:
    ///   - lifetime: Telegram's for buttons by default.
    ///   - start: the number before the first query's.
    init(limit: Int, lifetime: Int64 = 150, after start: Int64) {
        (self.limit, self.lifetime, count) = (limit, lifetime, start)
    }

    /// - Returns: the query's id.
    mutating func add(by person: Int64, in chat: Int64? = nil, at now: Int64) -> String {
        count += 1
        // 19 digits, like Telegram's ids.
        let id = String(4_300_000_000_000_000_000 + count)
        add(Press(id: id, person: person, chat: chat, date: now))
        return id
    }

    private mutating func add(_ press: Press) {
        presses.append(press)
        if presses.count > limit { presses.removeFirst() }
    }

    /// Remembers the query of an update.
    mutating func learn(_ payload: JSON, now: Int64) {
        guard let id = payload["id"]?.string, let person = payload["from"]?["id"]?.integer
        else { return }
        let chat = payload["message"]?["chat"]?["id"]?.integer
        add(Press(id: id, person: person, chat: chat, date: now))
    }

    /// The user who sent a query, and the chat that it came from; nil if the query is unknown.
    func origin(of id: String) -> (person: Int64, chat: Int64?)? {
        presses.last { $0.id == id }.map { ($0.person, $0.chat) }
    }

    enum Answer: Equatable {
        case given(to: Int64)
        /// The query is known, but was already answered or has expired.
        case late
        case unknown
    }

    mutating func answer(_ id: String, at now: Int64) -> Answer {
        guard let index = presses.lastIndex(where: { $0.id == id }) else { return .unknown }
        guard !presses[index].isAnswered, now - presses[index].date <= lifetime else { return .late }
        presses[index].isAnswered = true
        return .given(to: presses[index].person)
    }
}
