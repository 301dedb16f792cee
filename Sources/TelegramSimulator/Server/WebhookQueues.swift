/// Decides which update is posted to a webhook when: those of one chat one after the other, each until it was taken;
/// those of several chats at the same time. The caller carries it out.
struct WebhookQueues {
    private struct Queue {
        var waiting: [Int64]
        var isFree = true
        var failures = 0
    }

    /// So long a queue rests after its first failure; twice as long after each further one.
    private static let firstRest = Duration.seconds(1)
    private static let longestRest = Duration.seconds(60)

    private let limit: Int
    private var queues: [String: Queue] = [:]
    /// The queue of each update that wasn't taken yet.
    private var places: [Int64: String] = [:]
    private var underWay = 0

    /// - Parameter limit: how many updates may be under way at a time.
    init(limit: Int) { self.limit = limit }

    /// - Parameter queue: what has to stay in order, a chat or a person.
    mutating func add(_ update: Int64, to queue: String) {
        guard places[update] == nil else { return }
        places[update] = queue
        queues[queue, default: Queue(waiting: [])].waiting.append(update)
    }

    /// The update to be posted now; nil where none is, or enough are under way.
    mutating func next() -> Int64? {
        guard underWay < limit else { return nil }
        let oldest = queues.filter { $1.isFree }.compactMap { name, queue in
            queue.waiting.first.map { (update: $0, queue: name) }
        }.min { $0.update < $1.update }
        guard let oldest else { return nil }
        queues[oldest.queue]?.isFree = false
        underWay += 1
        return oldest.update
    }

    /// The webhook took an update.
    mutating func delivered(_ update: Int64) {
        guard let name = places.removeValue(forKey: update), var queue = queues[name] else { return }
        underWay -= 1
        queue.waiting.removeAll { $0 == update }
        (queue.isFree, queue.failures) = (true, 0)
        queues[name] = queue.waiting.isEmpty ? nil : queue
    }

    /// The webhook didn't take an update: its queue rests until `rested`.
    ///
    /// - Parameter wanted: how long the webhook itself asked to be left alone.
    /// - Returns: how long it rests.
    mutating func failed(_ update: Int64, wanted: Duration = .zero) -> Duration {
        guard let name = places[update] else { return .zero }
        underWay -= 1
        queues[name]?.failures += 1
        let doublings = min((queues[name]?.failures ?? 1) - 1, 6)
        let rest = min(Self.firstRest * (1 << doublings), Self.longestRest)
        return max(rest, min(wanted, .seconds(3600)))
    }

    mutating func rested(_ update: Int64) {
        places[update].map { queues[$0]?.isFree = true }
    }
}
