/// Decides which update is posted to a webhook when: those of one chat one after the other, each until it was taken;
/// those of several chats at the same time. The caller carries it out.
struct WebhookLanes {
    private struct Lane {
        var waiting: [Int64]
        var isFree = true
        var failures = 0
    }

    /// So long a lane rests after its first failure; twice as long after each further one.
    private static let firstRest = Duration.seconds(1)
    private static let longestRest = Duration.seconds(60)

    private let limit: Int
    private var lanes: [String: Lane] = [:]
    /// The lane of each update that wasn't taken yet.
    private var places: [Int64: String] = [:]
    private var underWay = 0

    /// - Parameter limit: how many updates may be under way at a time.
    init(limit: Int) { self.limit = limit }

    /// - Parameter lane: what has to stay in order, a chat or a person.
    mutating func add(_ update: Int64, to lane: String) {
        guard places[update] == nil else { return }
        places[update] = lane
        lanes[lane, default: Lane(waiting: [])].waiting.append(update)
    }

    /// The update to be posted now; nil where none is, or enough are under way.
    mutating func next() -> Int64? {
        guard underWay < limit else { return nil }
        let oldest = lanes.filter { $1.isFree }.compactMap { name, lane in
            lane.waiting.first.map { (update: $0, lane: name) }
        }.min { $0.update < $1.update }
        guard let oldest else { return nil }
        lanes[oldest.lane]?.isFree = false
        underWay += 1
        return oldest.update
    }

    /// The webhook took an update.
    mutating func taken(_ update: Int64) {
        guard let name = places.removeValue(forKey: update), var lane = lanes[name] else { return }
        underWay -= 1
        lane.waiting.removeAll { $0 == update }
        (lane.isFree, lane.failures) = (true, 0)
        lanes[name] = lane.waiting.isEmpty ? nil : lane
    }

    /// The webhook didn't take an update: its lane rests until `rested`.
    ///
    /// - Parameter wanted: how long the webhook itself asked to be left alone.
    /// - Returns: how long it rests.
    mutating func failed(_ update: Int64, wanted: Duration = .zero) -> Duration {
        guard let name = places[update] else { return .zero }
        underWay -= 1
        lanes[name]?.failures += 1
        let doublings = min((lanes[name]?.failures ?? 1) - 1, 6)
        let rest = min(Self.firstRest * (1 << doublings), Self.longestRest)
        return max(rest, min(wanted, .seconds(3600)))
    }

    mutating func rested(_ update: Int64) {
        places[update].map { lanes[$0]?.isFree = true }
    }
}
