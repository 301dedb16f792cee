/// Schedules the posts to a webhook. Updates of one chat are posted in order, each until it is accepted; different
/// chats are served concurrently. The caller sends the posts.
struct WebhookQueues {
    private struct Queue {
        var waiting: [Int64]
        var isFree = true
        var failures = 0
    }

    /// The backoff of a queue after its first failure; it doubles with each further failure.
    private static let firstRest = Duration.seconds(1)
    private static let longestRest = Duration.seconds(60)

    private let limit: Int
    private var queues: [String: Queue] = [:]
    /// The queue of each update that isn't accepted yet.
    private var places: [Int64: String] = [:]
    private var underWay = 0

    /// - Parameter limit: the maximum number of updates in flight.
    init(limit: Int) { self.limit = limit }

    /// - Parameter queue: a key shared by updates that must stay in order, such as the id of a chat or a user.
    mutating func add(_ update: Int64, to queue: String) {
        guard places[update] == nil else { return }
        places[update] = queue
        queues[queue, default: Queue(waiting: [])].waiting.append(update)
    }

    /// The next update to post; nil if there is none, or if too many are in flight.
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

    /// Records that the webhook accepted an update.
    mutating func delivered(_ update: Int64) {
        guard let name = places.removeValue(forKey: update), var queue = queues[name] else { return }
        underWay -= 1
        queue.waiting.removeAll { $0 == update }
        (queue.isFree, queue.failures) = (true, 0)
        queues[name] = queue.waiting.isEmpty ? nil : queue
    }

    /// Records that the webhook didn't accept an update. Its queue is paused until `rested` is called.
    ///
    /// - Parameter wanted: the delay that the webhook asked for in Retry-After.
    /// - Returns: the duration of the pause.
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
