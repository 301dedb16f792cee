/// Recognizes updates that came before: after a lost response, Telegram sends them again.
///
/// Only the last `capacity` ids are remembered. An id below the last one may be new, because Telegram continues at a
/// random id after a week without updates.
struct RecentUpdates {
    private let capacity: Int
    private var order: [Int64] = []
    private var oldest = 0
    private var ids: Set<Int64> = []

    init(capacity: Int) { self.capacity = capacity }

    /// Returns true the first time it is called with an id.
    mutating func isNew(_ id: Int64) -> Bool {
        guard ids.insert(id).inserted else { return false }
        if order.count < capacity {
            order.append(id)
        } else {
            ids.remove(order[oldest])
            order[oldest] = id
            oldest = (oldest + 1) % capacity
        }
        return true
    }
}
