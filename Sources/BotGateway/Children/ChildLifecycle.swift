import Reactor

/// Decides what happens to one scope's child; the caller carries it out.
///
///     absent ──event──▶ waiting ──started──▶ running ──close──▶ closing ──exit──▶ absent, or waiting
///                          ▲                    │                                 if events wait
///                          └────── cooling ◀────┴─failed
struct ChildLifecycle {
    enum State: Equatable {
        case absent
        /// For a free slot.
        case waiting
        /// Backing off after a failure.
        case cooling
        case running
        /// It was told to go, and hasn't gone yet.
        case closing
    }

    enum Action: Equatable {
        case nothing
        case start
        case startAfter(Duration)
        case deliver
    }

    /// How a child ended.
    struct End {
        let succeeded: Bool
        let lived: Duration
        let eventsWait: Bool
    }

    private(set) var state = State.absent
    private(set) var failures = 0
    private var isHeld = false

    var isAlive: Bool {
        switch state {
        case .running, .closing: true
        case .absent, .waiting, .cooling: false
        }
    }

    mutating func eventArrived() -> Action {
        switch state {
        case .absent:
            state = .waiting
            return .start
        case .running:
            return .deliver
        case .waiting, .cooling, .closing:
            return .nothing
        }
    }

    /// It waits to start, and something else has to happen first.
    var isStartHeld: Bool { isHeld && state == .waiting }

    mutating func holdStart(_ isHeld: Bool) { self.isHeld = isHeld }

    mutating func started() { state = .running }

    /// The child is told to go. False if none is running.
    mutating func close() -> Bool {
        guard state == .running else { return false }
        state = .closing
        return true
    }

    /// - Returns: what to do with the scope now. After a failure all events wait, including later ones.
    mutating func ended(_ end: End) -> Action {
        if end.succeeded || end.lived >= .seconds(60) { failures = 0 }
        guard end.succeeded else {
            failures += 1
            state = .cooling
            return .startAfter(Self.restartDelay(failures: failures))
        }
        state = end.eventsWait ? .waiting : .absent
        return end.eventsWait ? .start : .nothing
    }

    /// The backoff after a failure is over.
    mutating func cooledDown(eventsWait: Bool) -> Action {
        guard state == .cooling else { return .nothing }
        state = eventsWait ? .waiting : .absent
        return eventsWait ? .start : .nothing
    }

    /// The scope is given up: nothing waits any more.
    mutating func abandoned() { state = .absent }

    /// 0.5 s, doubled up to 60 s.
    static func restartDelay(failures: Int) -> Duration {
        min(.milliseconds(500) * (1 << min(max(failures - 1, 0), 7)), .seconds(60))
    }
}
