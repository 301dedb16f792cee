/// Tells which updates came already: after an answer that was lost, Telegram gives them again.
///
/// Only so many ids are remembered, and an id below the last one may be new: Telegram starts anew at
/// random after a week without updates.
struct RecentUpdates {
    private let capacity: Int
    private var order: [Int64] = []
    private var oldest = 0
    private var ids: Set<Int64> = []

    init(capacity: Int) { self.capacity = capacity }

    /// True the first time it is asked about an id.
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
