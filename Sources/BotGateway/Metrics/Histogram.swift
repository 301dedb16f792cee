import Reactor

/// Counts durations by their length.
///
/// - SeeAlso: https://prometheus.io/docs/concepts/metric_types/#histogram
package struct Histogram {
    private static let milliseconds: [Int64] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 3_600_000,
    ]
    /// The upper bounds of the buckets. The last bucket has none.
    package static let bounds = milliseconds.map(Duration.milliseconds)

    /// How many durations are in each bucket: those up to its bound and above the bound before it.
    package private(set) var counts = [Int](repeating: 0, count: milliseconds.count + 1)
    /// How many durations there are.
    package private(set) var count = 0
    private var nanoseconds: Int64 = 0

    package init() {}

    package var sum: Duration { .nanoseconds(nanoseconds) }

    package mutating func observe(_ duration: Duration) {
        let time = duration.nanoseconds
        let bucket = Self.milliseconds.firstIndex { time <= $0 * 1_000_000 } ?? Self.milliseconds.count
        counts[bucket] += 1
        count += 1
        nanoseconds = nanoseconds.addingReportingOverflow(time).partialValue
    }
}
