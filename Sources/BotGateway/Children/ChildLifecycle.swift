import Reactor

/// Decides what happens to one scope's child; the caller carries it out.
///
///     absent ──event──▶ waiting ──started──▶ running ──close──▶ closing ──exit──▶ absent, or waiting
///                          ▲                    │                                 if events wait
///                          └────── cooling ◀────┴─failed
struct ChildLifecycle {
    enum State: Equatable {
        case absent
        /// Waiting for a free slot.
        case waiting
        /// Backing off after a failure.
        case cooling
        case running
        /// Asked to end, and not yet gone.
        case closing
        /// Being killed. Nothing that it does counts: its scope is another gateway's now.
        case revoked
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
        case .running, .closing, .revoked: true
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
        case .waiting, .cooling, .closing, .revoked:
            return .nothing
        }
    }

    /// Whether the start waits for calls: an earlier run's, or too many of the last child.
    var isStartHeld: Bool { isHeld && state == .waiting }

    mutating func holdStart(_ isHeld: Bool) { self.isHeld = isHeld }

    mutating func started() { state = .running }

    /// The child is being ended. Returns false if none is running.
    mutating func close() -> Bool {
        guard state == .running else { return false }
        state = .closing
        return true
    }

    /// - Returns: what to do next. After a failure all events wait for the backoff, including later ones.
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

    /// The scope is another gateway's now.
    mutating func revoked() { state = isAlive ? .revoked : .absent }

    /// The scope's waiting events were dropped.
    mutating func abandoned() { state = .absent }

    /// 0.5 s, doubled up to 60 s.
    static func restartDelay(failures: Int) -> Duration {
        min(.milliseconds(500) * (1 << min(max(failures - 1, 0), 7)), .seconds(60))
    }
}
