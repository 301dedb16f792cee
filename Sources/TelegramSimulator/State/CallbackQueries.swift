import JSON

/// Presses of buttons that wait for an answer, each of which is given once, and in time.
struct CallbackQueries {
    /// As long as Telegram keeps the update for a bot, in seconds.
    private static let lifetime: Int64 = 150
    /// This many are remembered.
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
        // As long as Telegram's are: 19 digits.
        let id = String(4_300_000_000_000_000_000 + count)
        add(Press(id: id, person: person, date: now))
        return id
    }

    private mutating func add(_ press: Press) {
        presses.append(press)
        if presses.count > limit { presses.removeFirst() }
    }

    /// Learns a `CallbackQuery` of an update.
    mutating func learn(from payload: JSON, now: Int64) {
        guard payload["chat_instance"] != nil || payload["game_short_name"] != nil || payload["data"] != nil,
            let id = payload["id"]?.string, let person = payload["from"]?["id"]?.integer
        else { return }
        add(Press(id: id, person: person, date: now))
    }

    enum Answer: Equatable {
        case given(to: Int64)
        /// There is one, and it has been answered or is too old.
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
