/// Scheduled events in memory.
struct WakeList {
    private(set) var wakes: [Wake] = []

    var next: Int64? { wakes.map(\.at).min() }

    /// Replaces the scope's wake for the same time.
    mutating func add(_ wake: Wake) {
        wakes.removeAll { $0.scope == wake.scope && $0.at == wake.at }
        wakes.append(wake)
    }

    mutating func forget(_ scope: Scope) { wakes.removeAll { $0.scope == scope } }

    /// Removes those that are due, and returns them in order.
    mutating func take(until now: Int64) -> [Wake] {
        defer { wakes.removeAll { $0.at <= now } }
        return wakes.filter { $0.at <= now }.sorted { $0.at < $1.at }
    }
}
