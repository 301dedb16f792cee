/// Things that end by themselves, each at its own time.
struct Deadlines<Key: Hashable> {
    private struct End {
        let time: Int64
        /// Orders ends at the same time.
        let number: Int64
    }

    private var ends: [Key: End] = [:]
    private var lastNumber: Int64 = 0
    /// The first time at which something ends; nil if nothing does.
    private(set) var next: Int64?

    /// - Parameter time: Unix time in seconds; nil for never.
    mutating func set(_ key: Key, at time: Int64?) {
        guard time != nil || ends[key] != nil else { return }
        lastNumber += 1
        ends[key] = time.map { End(time: $0, number: lastNumber) }
        next = ends.values.map(\.time).min()
    }

    /// Whatever has ended, in the order of the ends. Each is returned once.
    mutating func takeEnded(at now: Int64) -> [Key] {
        guard let next, next <= now else { return [] }
        let ended = ends.filter { $0.value.time <= now }.sorted {
            ($0.value.time, $0.value.number) < ($1.value.time, $1.value.number)
        }
        ended.forEach { set($0.key, at: nil) }
        return ended.map(\.key)
    }
}
