import JSON
import Reactor

@testable import BotGateway

/// A journal in memory that commits when the test says so and keeps only committed data after a crash.
///
/// Like the journal on disk, it numbers events with rising keys. After a crash it marks events that may have been
/// delivered.
final class FakeJournal: Journal {
    /// The committed data.
    struct Stored {
        var events: [Int64: IncomingEvent] = [:]
        var calls: [Int64: (call: Call, scope: Scope)] = [:]
        var states: [Scope: JSON] = [:]
        var wakes = WakeList()
        var deadLetters: [IncomingEvent] = []
        var offset: Int64?
    }

    let isDurable: Bool
    private(set) var commits = 0
    var nextCommit: Int { commits + 1 }
    var isCertain = true
    var onCommit: () -> Void = {}
    private(set) var stored = Stored()
    /// `stored` with the changes that aren't committed yet.
    private var current = Stored()
    private var nextKey: Int64 = 1
    private var waiting: [() -> Void] = []
    private(set) var acknowledged: [Int64] = []
    /// Called for each event that is acknowledged or becomes a dead letter.
    var onAcknowledge: (IncomingEvent) -> Void = { _ in }
    var onDeadLetter: (IncomingEvent) -> Void = { _ in }
    private(set) var wantsCommit = false
    /// Events of an earlier run have lower keys.
    private var recoveredBefore: Int64 = 0
    private var unread: [Scope]?
    /// Whether changes are committed at once.
    var commitsAtOnce = true

    /// Reads fail once so many have succeeded; nil lets all succeed.
    var readsUntilFailure: Int?
    private(set) var failedReads = 0

    init(isDurable: Bool = true) { self.isDurable = isDurable }

    /// Returns the journal as the next gateway opens it after a crash, without uncommitted changes.
    ///
    /// - Parameter window: the number of events in each scope that may have been delivered.
    func afterCrash(redeliveryWindow window: Int) -> FakeJournal {
        let next = FakeJournal(isDurable: isDurable)
        var counts: [Scope: Int] = [:]
        for (key, event) in stored.events.sorted(by: { $0.key < $1.key }) {
            var event = event
            if counts[event.scope, default: 0] < window { event.isRedelivered = true }
            counts[event.scope, default: 0] += 1
            next.stored.events[key] = event
        }
        (next.stored.calls, next.stored.states) = (stored.calls, stored.states)
        (next.stored.deadLetters, next.stored.offset) = (stored.deadLetters, stored.offset)
        next.stored.wakes = stored.wakes
        next.current = next.stored
        next.nextKey = nextKey
        next.recoveredBefore = nextKey
        next.unread = counts.keys.sorted { "\($0)" < "\($1)" }
        next.commitsAtOnce = commitsAtOnce
        return next
    }

    var recoveredCalls: [RecoveredCall] {
        stored.calls.sorted { $0.key < $1.key }.map {
            RecoveredCall(key: $0.key, scope: $0.value.scope, call: $0.value.call)
        }
    }

    /// A scope's events that are neither acknowledged nor dead letters, in order.
    func pending(of scope: Scope) -> [IncomingEvent] {
        current.events.values.filter { $0.scope == scope }.sorted { $0.key < $1.key }
    }

    var hasPending: Bool { !current.events.isEmpty || !waiting.isEmpty }

    func commit() {
        wantsCommit = false
        stored = current
        commits += 1
        let waiting = waiting
        self.waiting = []
        waiting.forEach { $0() }
        onCommit()
    }

    func commitSoon() { wantsCommit = true }

    private func changed() {
        if commitsAtOnce { stored = current }
    }

    func append(_ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void) {
        var events = events
        for index in events.indices {
            events[index].key = nextKey
            current.events[nextKey] = events[index]
            nextKey += 1
        }
        current.offset = offset ?? current.offset
        waiting.append { stored(events) }
        wantsCommit = true
        if commitsAtOnce { commit() }
    }

    func acknowledge(_ event: IncomingEvent) {
        acknowledged.append(event.updateID)
        onAcknowledge(event)
        current.events[event.key] = nil
        changed()
    }

    func requeue(_ event: IncomingEvent) {
        current.events[event.key]?.deaths = event.deaths
        changed()
    }

    func deadLetter(_ event: IncomingEvent, because reason: String) {
        current.events[event.key] = nil
        current.deadLetters.append(event)
        onDeadLetter(event)
        changed()
    }

    var overflow: (any EventOverflow)? { nil }

    private func checkReadable() throws(JournalReadError) {
        if readsUntilFailure == 0 {
            failedReads += 1
            throw JournalReadError()
        }
        readsUntilFailure = readsUntilFailure.map { $0 - 1 }
    }

    func pageIn(
        of scope: Scope, after key: Int64, count: Int, size: Int
    ) throws(JournalReadError) -> [IncomingEvent] {
        try checkReadable()
        let events = current.events.values.filter { $0.scope == scope && $0.key > key }
        return Array(events.sorted { $0.key < $1.key }.prefix(min(count, 3)))
    }

    func nextRecovered() -> [(scope: Scope, count: Int)]? {
        guard let scopes = unread else { return nil }
        unread = nil
        // Like the journal on disk, commits before it counts the scopes, so that acknowledged events don't count.
        commit()
        return scopes.map { scope in (scope, count(of: scope)) }
    }

    func recoveredCount(of scope: Scope) -> Int { unread?.contains(scope) == true ? count(of: scope) : 0 }

    private func count(of scope: Scope) -> Int {
        current.events.values.count { $0.scope == scope && $0.key < recoveredBefore }
    }

    func add(_ call: Call, for scope: Scope) -> Int64 {
        defer { nextKey += 1 }
        current.calls[nextKey] = (call, scope)
        changed()
        return nextKey
    }

    func remove(call key: Int64) {
        current.calls[key] = nil
        changed()
    }

    func state(of scope: Scope) throws(JournalReadError) -> JSON? {
        try checkReadable()
        return current.states[scope]
    }

    func setState(_ state: JSON?, of scope: Scope) {
        current.states[scope] = state
        changed()
    }

    func schedule(_ wake: Wake) {
        current.wakes.add(wake)
        changed()
    }

    func forgetWakes(of scope: Scope) {
        current.wakes.forget(scope)
        changed()
    }

    func nextWake() -> Int64? { current.wakes.next }

    func takeWakes(until now: Int64, then stored: @escaping ([IncomingEvent]) -> Void) {
        let events = current.wakes.take(until: now).map { wake in
            defer { nextKey += 1 }
            return wake.event(key: nextKey)
        }
        for event in events { current.events[event.key] = event }
        waiting.append { stored(events) }
        wantsCommit = true
        if commitsAtOnce { commit() }
    }

    func childStarted(_ scope: Scope, pid: Int32) {}
    func childEnded(_ scope: Scope) {}
}
