import JSON

/// Callback queries from pressed buttons. A query can be answered once, until it expires.
struct CallbackQueries {
    /// The lifetime of a query in seconds, as with Telegram.
    private static let lifetime: Int64 = 150
    /// The maximum number of queries to remember.
    private let limit: Int

    private struct Press {
        let id: String
        let person: Int64
        let date: Int64
        var isAnswered = false
    }

    private var presses: [Press] = []
    private var count: Int64 = 0

    init(limit: Int) { self.limit = limit }

    /// - Returns: the query's id.
    mutating func add(by person: Int64, at now: Int64) -> String {
        count += 1
        // 19 digits, like Telegram's ids.
        let id = String(4_300_000_000_000_000_000 + count)
        add(Press(id: id, person: person, date: now))
        return id
    }

    private mutating func add(_ press: Press) {
        presses.append(press)
        if presses.count > limit { presses.removeFirst() }
    }

    /// Remembers the `CallbackQuery` of an update; ignores any other payload.
    mutating func learn(from payload: JSON, now: Int64) {
        guard payload["chat_instance"] != nil || payload["game_short_name"] != nil || payload["data"] != nil,
            let id = payload["id"]?.string, let person = payload["from"]?["id"]?.integer
        else { return }
        add(Press(id: id, person: person, date: now))
    }

    enum Answer: Equatable {
        case given(to: Int64)
        /// The query is known, but was already answered or has expired.
        case late
        case unknown
    }

    mutating func answer(_ id: String, at now: Int64) -> Answer {
        guard let index = presses.lastIndex(where: { $0.id == id }) else { return .unknown }
        guard !presses[index].isAnswered, now - presses[index].date <= Self.lifetime else { return .late }
        presses[index].isAnswered = true
        return .given(to: presses[index].person)
    }
}
