import Glibc

/// A time on the monotonic clock, which isn't affected by changes of the system time.
package struct Instant: Comparable {
    let nanoseconds: Int64

    /// How many nanoseconds tests have advanced the clock, so that they needn't wait.
    package static var ahead: Int64 = 0

    package static var current: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) + ahead)
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds - duration.nanoseconds)
    }

    package static func - (left: Instant, right: Instant) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

extension Duration {
    /// Whole nanoseconds. A duration of 285 years or more becomes 146 years, to prevent an overflow.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard abs(seconds) < 9_000_000_000 else { return seconds < 0 ? .min / 2 : .max / 2 }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// Whole milliseconds, rounded towards zero.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }
}

extension Duration {
    /// Short form for messages: `0.5s`, `12s`, `3m`, `2h`.
    package var rounded: String {
        let milliseconds = milliseconds
        return switch milliseconds {
        case ..<10_000 where milliseconds % 1000 >= 100:
            "\(milliseconds / 1000).\(milliseconds % 1000 / 100)s"
        case ..<120_000: "\(milliseconds / 1000)s"
        case ..<7_200_000: "\(milliseconds / 60_000)m"
        default: "\(milliseconds / 3_600_000)h"
        }
    }
}
