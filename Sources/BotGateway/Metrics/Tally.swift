/// Counts by name, such as calls by method.
package struct Tally {
    /// Children choose the names of methods, and each one costs memory, here and in Prometheus.
    private static let limit = 300
    /// In bytes; longer names count as `others`.
    private static let nameLimit = 64
    /// The name for all that come when there are too many.
    package static let others = "other"

    package private(set) var counts: [String: Int] = [:]

    package init() {}

    package mutating func add(_ name: String) {
        let isKnown =
            name.utf8.count <= Self.nameLimit && (counts.count < Self.limit || counts[name] != nil)
        counts[isKnown ? name : Self.others, default: 0] += 1
    }
}
