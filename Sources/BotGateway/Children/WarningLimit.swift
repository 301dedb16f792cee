import Reactor

/// Limits the warnings about one child's output: a program that prints no calls at all, such as `yes`, would fill the
/// log.
///
/// A class, because every child has a place for one and few children need it.
final class WarningLimit {
    enum Step: Equatable {
        case log
        /// The first warning that isn't logged. The number of such warnings is to be logged after this time.
        case suppressFirst(reportAfter: Duration)
        case suppress
    }

    static let most = 10
    static let window: Duration = .seconds(60)

    private var start = Instant.current
    private var logged = 0
    private(set) var suppressed = 0

    func next(at now: Instant) -> Step {
        if now - start >= Self.window, suppressed == 0 { (start, logged) = (now, 0) }
        if logged < Self.most {
            logged += 1
            return .log
        }
        suppressed += 1
        return suppressed == 1 ? .suppressFirst(reportAfter: Self.window - (now - start)) : .suppress
    }
}
