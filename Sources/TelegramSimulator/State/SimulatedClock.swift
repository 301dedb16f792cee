/// The clock of a simulated Telegram.
package enum SimulatedClock {
    /// Returns Unix time in seconds.
    case running(() -> Int64)
    case manual(ManualClock)

    /// A clock that stands until it is advanced. It starts at the same time in each run.
    package final class ManualClock {
        fileprivate(set) var now: Int64 = 1_700_000_000

        package init() {}

        func advance(by seconds: Int64) { now += seconds }
    }

    var isManual: Bool {
        if case .manual = self { return true }
        return false
    }

    var now: Int64 {
        switch self {
        case .running(let read): read()
        case .manual(let clock): clock.now
        }
    }
}
