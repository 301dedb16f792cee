import CSystem
import Glibc

/// The only thread waits here for all descriptors: children, HTTP, signals, timers.
///
/// Handlers run one at a time and must not block. The loop doesn't return to the Swift runtime while it runs, so a
/// `Task` would never run: this program uses none.
@MainActor package final class EventLoop {
    /// The states in which a descriptor is ready, or for which a watcher waits.
    package struct Readiness: OptionSet {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
        package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
        /// The other end is closed, or the descriptor is broken: always reported, need not be requested.
        package static let closed = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
        /// Report only changes of state, not a lasting state.
        package static let edgeTriggered = Readiness(rawValue: 1 << 31)
    }

    private struct Watch {
        var generation: UInt32 = 0
        var handler: ((Readiness) -> Void)?
    }

    private let epoll: Int32
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 256)
    private var watches: [Watch] = []
    private var deferred: [() -> Void] = []
    private var timers = TimerQueue()
    private var stopped = false

    /// When the current turn of the loop started.
    package private(set) var now = Instant.current

    /// Also ignores SIGPIPE and SIGXFSZ, because writers handle EPIPE and EFBIG, and reserves the low descriptors
    /// needed to spawn children.
    package init() throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        _ = spawn_prepare()
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError("creating an epoll descriptor") }
    }

    isolated deinit {
        close(epoll)
        events.deallocate()
    }

    /// Calls `handler` whenever `descriptor` is ready. Unwatch the descriptor before closing it.
    ///
    /// Fails with EPERM for a regular file, which is always ready, and with ENOSPC or ENOMEM at the system's limits.
    package func watch(
        _ descriptor: Int32, for interest: Readiness, _ handler: @escaping (Readiness) -> Void
    ) throws(SystemError) {
        let index = Int(descriptor)
        if index >= watches.count {
            let growth = max(index + 1 - watches.count, watches.count)
            watches.append(contentsOf: repeatElement(Watch(), count: growth))
        }
        watches[index].generation &+= 1
        guard control(EPOLL_CTL_ADD, descriptor, interest) else {
            let error = SystemError("watching a descriptor")
            // If the descriptor is already watched, that watch continues.
            watches[index].generation &-= 1
            throw error
        }
        watches[index].handler = handler
    }

    /// Changes the interest in a watched descriptor.
    package func change(_ descriptor: Int32, to interest: Readiness) {
        _ = control(EPOLL_CTL_MOD, descriptor, interest)
    }

    package func unwatch(_ descriptor: Int32) {
        guard watches.indices.contains(Int(descriptor)) else { return }
        watches[Int(descriptor)].handler = nil
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Each event carries its watch's generation. So an event queued for a closed descriptor never reaches a newer
    /// watch on the same number.
    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) -> Bool {
        let key = UInt64(watches[Int(descriptor)].generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
        var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: key))
        return epoll_ctl(epoll, operation, descriptor, &event) == 0
    }

    /// Runs `action` later in this turn of the loop, once the current handler has returned.
    package func soon(_ action: @escaping () -> Void) {
        deferred.append(action)
    }

    /// Runs `action` once, after `delay`, unless the timer is cancelled first.
    @discardableResult
    package func after(_ delay: Duration, _ action: @escaping () -> Void) -> Timer {
        let timer = Timer(deadline: Instant.current + delay, action: action, loop: self)
        timers.insert(timer)
        return timer
    }

    func cancel(_ timer: Timer) {
        timers.remove(timer)
    }

    /// Makes `run` return after the current turn.
    package func stop() {
        stopped = true
    }

    package func run() {
        stopped = false
        while !stopped { turn(waitingAtMost: .seconds(86_400)) }
    }

    /// Runs until `condition` holds; it is checked after every turn. False if it doesn't hold within `limit`.
    package func run(until condition: () -> Bool, within limit: Duration) -> Bool {
        let deadline = Instant.current + limit
        while !condition() {
            // Read the clock once: with a second reading the difference could be negative, which makes epoll wait
            // forever.
            let left = deadline - Instant.current
            guard left > .zero else { return false }
            turn(waitingAtMost: min(left, .milliseconds(20)))
        }
        return true
    }

    /// Runs one turn: handlers of ready descriptors, due timers, then deferred actions.
    func turn(waitingAtMost limit: Duration) {
        // Don't wait if actions were deferred outside a turn.
        let limit = deferred.isEmpty ? limit.milliseconds : 0
        let wait = min(timers.millisecondsToNext(from: Instant.current), limit)
        let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), Int32(clamping: wait))
        now = Instant.current
        for index in 0..<Int(max(count, 0)) { dispatch(events[index]) }
        for timer in timers.takeDue(at: now) { timer.run() }
        runDeferred()
    }

    private func dispatch(_ event: epoll_event) {
        let key = event.data.u64
        let watch = watches[Int(UInt32(truncatingIfNeeded: key))]
        guard watch.generation == UInt32(key >> 32) else { return }
        watch.handler?(Readiness(rawValue: event.events))
    }

    private func runDeferred() {
        while !deferred.isEmpty {
            let actions = deferred
            deferred.removeAll(keepingCapacity: true)
            for action in actions { action() }
        }
    }
}
