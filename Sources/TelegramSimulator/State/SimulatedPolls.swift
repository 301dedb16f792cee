import JSON

/// The polls with their votes.
struct SimulatedPolls {
    struct Poll {
        /// The `Poll` as it is now.
        var json: JSON
        let chat: Int64
        let message: Int64
        /// The bot that sent it; nil for a user's.
        let bot: Int64?
        /// The numbers of the chosen options, by voter.
        var votes: [Int64: [Int]] = [:]

        var isClosed: Bool { json["is_closed"]?.bool == true }
        var isQuiz: Bool { json["type"]?.string == "quiz" }

        /// Updates the numbers of votes in `json`.
        mutating func count() {
            var options = json["options"]?.elements ?? []
            for number in options.indices {
                options[number].set(
                    "voter_count", JSON(votes.values.filter { $0.contains(number) }.count))
            }
            json.set("options", JSON(options))
            json.set("total_voter_count", JSON(votes.count))
        }
    }

    private var polls: [String: Poll] = [:]
    private var lastNumber: Int64 = 0
    /// The times at which open polls close by themselves.
    var ends = Deadlines<String>()

    /// The number of polls to remember; votes in older polls can't change.
    private static let limit: Int64 = 10_000

    mutating func nextID() -> String {
        lastNumber += 1
        polls[Self.id(lastNumber - Self.limit)] = nil
        ends.set(Self.id(lastNumber - Self.limit), at: nil)
        return Self.id(lastNumber)
    }

    private static func id(_ number: Int64) -> String { String(5_400_000_000_000_000_000 + number) }

    subscript(id: String) -> Poll? {
        get { polls[id] }
        set { polls[id] = newValue }
    }
}
