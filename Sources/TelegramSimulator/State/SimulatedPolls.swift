import JSON

/// The polls with their votes.
struct SimulatedPolls {
    struct Poll {
        /// The `Poll` as it is now.
        var json: JSON
        let chat: Int64
        let message: Int64
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
    /// The time at which each open poll closes by itself, by id.
    private var ends: [String: Int64] = [:]
    /// The time at which the next poll closes; nil if none does.
    private(set) var nextEnd: Int64?

    /// The number of polls to remember; votes in older polls can't change.
    private static let limit: Int64 = 10_000

    mutating func nextID() -> String {
        lastNumber += 1
        polls[Self.id(lastNumber - Self.limit)] = nil
        close(Self.id(lastNumber - Self.limit), at: nil)
        return Self.id(lastNumber)
    }

    private static func id(_ number: Int64) -> String { String(5_400_000_000_000_000_000 + number) }

    /// - Parameter time: the time at which the poll closes by itself; nil for never.
    mutating func close(_ id: String, at time: Int64?) {
        guard time != nil || ends[id] != nil else { return }
        ends[id] = time
        nextEnd = ends.values.min()
    }

    /// The ids of the polls to close now, in the order of their ends. Each is returned once.
    mutating func takeEnded(at now: Int64) -> [String] {
        guard let nextEnd, nextEnd <= now else { return [] }
        let ended = ends.filter { $0.value <= now }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        ended.forEach { close($0.key, at: nil) }
        return ended.map(\.key)
    }

    subscript(id: String) -> Poll? {
        get { polls[id] }
        set { polls[id] = newValue }
    }
}
