import BotAPI
import Logging
import Reactor

/// The whole flow: delivers each update to its scope's child, and sends each call that a child writes to the sink. What
/// isn't acknowledged or answered stays in the journal. `run`, `chat` and `replay` differ only in the source, the sink
/// and the journal that they pass.
package final class Gateway {
    /// How the gateway ended.
    package enum End {
        case finished
        case failed(GatewayFailure)
    }

    private let source: any UpdateSource
    private let choice: ScopeChoice
    private let children: Children
    private let sink: any CallSink
    private let observer: (any CallObserver)?
    private let journal: any Journal
    private let loop: EventLoop
    private let log: Logger

    private var calls = CallCounts()
    private var stop: GatewayStop
    private var onEnd: (End) -> Void = { _ in }

    /// - Parameters:
    ///   - choice: which updates share a child.
    ///   - observer: observes events and children; usually the sink itself.
    ///   - stopTimeout: how long a shutdown may take before children are killed and open calls are given up.
    package init(
        from source: any UpdateSource, by choice: ScopeChoice, through children: Children,
        to sink: any CallSink, observedBy observer: (any CallObserver)?, keepingIn journal: any Journal,
        stopTimeout: Duration, on loop: EventLoop, log: Logger
    ) {
        (self.source, self.choice, self.children) = (source, choice, children)
        (self.sink, self.observer, self.journal) = (sink, observer, journal)
        (self.loop, self.log, stop) = (loop, log, GatewayStop(timeout: stopTimeout))
    }

    /// Continues where an earlier run ended.
    ///
    /// - Parameters:
    ///   - recovered: the calls that it left unanswered.
    ///   - onEnd: called once: after `shutDown`, at the end of the source, or on a failure.
    package func start(with recovered: [RecoveredCall] = [], onEnd: @escaping (End) -> Void) {
        self.onEnd = onEnd
        source.onUpdates = { [unowned self] in take($0) }
        source.onEnd = { [unowned self] in sourceEnded($0) }
        children.connect(
            perform: { [unowned self] in perform($0, for: $1, then: $2) },
            given: { [unowned self] in observer?.eventGiven($0.line, to: $0.scope) },
            ended: { [unowned self] in observer?.childEnded($0) },
            working: { [unowned self] in observer?.childIsWorking(in: $0) },
            mayAnswer: { [unowned self] in mayAnswer($0) })
        observer?.onDelay { [unowned self] in if isEnding { delayed($0) } }
        if recovered.isEmpty { observer?.recoveredCallsEnded() }
        for call in recovered { performFirst(call) }
        children.start()
        source.start()
    }

    /// Updates are confirmed and delivered only once they are on disk: a confirmed update can't be lost, and the
    /// journal knows every event that a child was given.
    private func take(_ batch: UpdateBatch) {
        let arrival = loop.now
        let events = batch.updates.compactMap(event(of:))
        journal.append(events, offset: batch.nextOffset) { [self] stored in
            if let metrics = children.metrics { stored.forEach { metrics.stored($0, at: arrival) } }
            deliver(stored)
            batch.taken()
        }
    }

    /// Delivers stored events that don't come from the source: revived dead letters.
    package func deliver(_ events: [IncomingEvent]) {
        for event in events { children.deliver(event) }
    }

    private func event(of update: Update) -> IncomingEvent? {
        children.metrics?.received(update)
        guard let event = IncomingEvent(update, by: choice) else {
            log.debug("dropped \(update.kind): it belongs to no scope", metadata: ["update": "\(update.id)"])
            return nil
        }
        guard children.canRead(update) else {
            log.debug(
                "skipped \(update.kind): --plain has no text form for it",
                metadata: ["update": "\(update.id)"])
            return nil
        }
        log.debug("event \(update.kind)", metadata: ["scope": "\(event.scope)", "update": "\(update.id)"])
        return event
    }

    private func perform(_ call: Call, for scope: Scope, then reply: @escaping (CallResult) -> Void) {
        let key = journal.add(call, for: scope)
        send(call, for: scope, key: key, then: reply)
    }

    /// Sends a call of an earlier run before its scope's events are delivered.
    private func performFirst(_ recovered: RecoveredCall) {
        calls.recovered += 1
        children.hold(recovered.scope)
        send(recovered.call, for: recovered.scope, key: recovered.key) { [self] _ in
            children.release(recovered.scope)
            calls.recovered -= 1
            if calls.recovered == 0 { observer?.recoveredCallsEnded() }
        }
    }

    /// Makes a call of the operator's. It isn't kept: the operator learns its result, or that the gateway ended.
    package func perform(_ call: Call, then reply: @escaping (CallResult) -> Void) {
        send(call, for: call.line(orElse: .bot), key: nil, then: reply)
    }

    /// - Parameter key: the call's key in the journal; nil if it isn't kept there.
    private func send(
        _ call: Call, for scope: Scope, key: Int64?, then reply: @escaping (CallResult) -> Void
    ) {
        calls.open += 1
        let start = loop.now
        sink.perform(call, for: scope) { [self] result in
            calls.open -= 1
            children.metrics?.answered(call, result, after: .current - start)
            if let key { journal.remove(call: key) }
            reply(result)
            if isEnding { endIfDone() }
        }
    }

    // MARK: shards that move between gateways

    /// Shards came with these unanswered calls, which are sent before the scopes' events are delivered.
    package func take(_ recovered: [RecoveredCall]) {
        for call in recovered { performFirst(call) }
        children.wakesArrived()
    }

    /// Shards are another gateway's now: kills their children.
    package func revoke(_ shards: Set<Int>) { children.revoke(shards) }

    /// Ends the shards' children between two events, and starts no more.
    package func drain(_ shards: Set<Int>) { children.drain(shards) }

    /// Whether a leaving shard has no child and no call in flight.
    ///
    /// - Parameter isInFlight: whether a call of a scope was sent, and has no answer yet.
    package func hasLeft(_ shard: Int, isInFlight: (Scope) -> Bool) -> Bool {
        children.hasLeft(shard, isInFlight: isInFlight)
    }

    // MARK: shutdown

    /// Whether the shutdown has begun.
    package var isEnding: Bool { stop.phase != .running }

    /// Restarts each child between two of its events, to run a new version of the program.
    package func reload() {
        if !isEnding { children.reload() }
    }

    /// Stops taking updates, lets every child finish its events, sends their calls, and confirms the last updates to
    /// the source.
    package func shutDown() {
        source.stop()
        stop.startDeadline { loop.after($0) { [weak self] in self?.giveUp() } }
        drain()
    }

    private func sourceEnded(_ failure: GatewayFailure?) {
        guard let failure else { return drain() }
        stop.failure = failure
        shutDown()
        // The source failed, so calls for further events would most likely fail too.
        children.shutDown(.hurrying)
    }

    private func drain() {
        guard stop.advance(to: .draining) else { return }
        children.onFinished = { [weak self] in self?.endIfDone() }
        children.shutDown(.draining)
    }

    private func endIfDone() {
        guard children.isFinished else { return }
        if calls.open == 0 { return finish() }
        guard stop.phase == .draining, !mayAnswer(nil) else { return }
        let held = "\(calls.open.counted("call")) delayed for longer than --stop-timeout"
        log.warning("not waiting for \(held), \(fateOfCalls)")
        finish()
    }

    /// Whether an open call of a scope, or with nil of any scope, may get its result before the stop ends.
    private func mayAnswer(_ scope: Scope?) -> Bool {
        guard let deadline = stop.deadline else { return true }
        return observer?.mayAnswer(scope, by: deadline) ?? true
    }

    /// Neither the scope's child nor the stop waits for a call that gets no result in time.
    private func delayed(_ scope: Scope) {
        children.callDelayed(in: scope)
        endIfDone()
    }

    private var fateOfCalls: String { journal.isDurable ? "left in the journal" : "lost" }

    private func giveUp() {
        let killed = children.count.counted("child", plural: "children")
        let left = "\(calls.open.counted("unanswered call")) \(fateOfCalls)"
        log.error("stopping took longer than \(stop.timeout.rounded): \(killed) killed, \(left)")
        children.onFinished = {}
        children.shutDown(.killing)
        finish()
    }

    private func finish() {
        guard stop.advance(to: .ended) else { return }
        source.confirm { [self] in onEnd(stop.failure.map(End.failed) ?? .finished) }
    }
}

/// The calls that have no answer yet.
private struct CallCounts {
    var open = 0
    /// Those from an earlier run, included in `open`.
    var recovered = 0
}

/// The progress of a gateway's shutdown.
private struct GatewayStop {
    enum Phase: Int {
        case running, draining, ended
    }

    let timeout: Duration
    /// Why the source failed; nil if it didn't.
    var failure: GatewayFailure?
    private(set) var phase = Phase.running
    /// When everything is given up.
    private(set) var deadline: Instant?
    private var timer: Timer?

    init(timeout: Duration) { self.timeout = timeout }

    /// - Returns: false if this phase was already reached.
    mutating func advance(to phase: Phase) -> Bool {
        guard phase.rawValue > self.phase.rawValue else { return false }
        self.phase = phase
        if phase == .ended { timer?.cancel() }
        return true
    }

    mutating func startDeadline(_ start: (Duration) -> Timer) {
        guard timer == nil else { return }
        (deadline, timer) = (.current + timeout, start(timeout))
    }
}
