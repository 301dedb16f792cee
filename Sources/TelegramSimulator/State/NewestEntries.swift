import DequeModule

/// A dictionary that forgets its oldest entries.
struct NewestEntries<Key: Hashable, Value> {
    private var values: [Key: Value] = [:]
    /// The keys in the order in which they were added; a removed one stays until it is the oldest.
    private var order: Deque<Key> = []
    private let limit: Int

    /// - Parameter limit: the number of entries to keep.
    init(limit: Int = 10_000) { self.limit = limit }

    subscript(key: Key) -> Value? {
        get { values[key] }
        set {
            if newValue != nil, values[key] == nil { order.append(key) }
            values[key] = newValue
            while order.count > limit, let oldest = order.popFirst() { values[oldest] = nil }
        }
    }

    mutating func remove(_ key: Key) -> Value? { values.removeValue(forKey: key) }
}
