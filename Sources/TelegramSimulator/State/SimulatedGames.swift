import JSON

/// The bot's games, and their high scores.
struct SimulatedGames {
    /// The title of a game in a chat: each has its own scores.
    private struct Board: Hashable {
        let chat: Int64
        let title: String
    }

    /// `Game` objects by short name.
    private var games: [String: JSON] = [:]
    private var scores: [Board: [Int64: Int64]] = [:]

    mutating func add(_ game: JSON, as name: String) { games[name] = game }

    /// The `Game` with a short name. An unknown one gets its name as its title.
    func game(_ name: String) -> JSON {
        games[name] ?? ["title": JSON(name), "description": JSON(name), "photo": []]
    }

    /// The short name of a game in a message.
    func name(of game: JSON) -> JSON? {
        games.first { $0.value["title"] == game["title"] }.map { JSON($0.key) } ?? game["title"]
    }

    /// The scores in a chat by user.
    func scores(of game: JSON, in chat: Int64) -> [Int64: Int64] {
        scores[Board(chat: chat, title: game["title"]?.string ?? "")] ?? [:]
    }

    mutating func set(_ score: Int64, of person: Int64, at game: JSON, in chat: Int64) {
        scores[Board(chat: chat, title: game["title"]?.string ?? ""), default: [:]][person] = score
    }
}
