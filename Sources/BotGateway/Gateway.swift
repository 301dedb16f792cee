import BotAPI
import Logging
import Reactor

/// The whole flow: carries each update to its scope's child, and each call that a child writes to the sink. What isn't
/// acknowledged or answered stays in the journal. `run`, `chat` and `replay` differ in the source, the sink and the
/// journal that they pass, in nothing else.
package final class Gateway {
    /// How it went.
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
    ///   - observer: is told what happens around the calls, most often the sink itself.
    ///   - stopTimeout: how long a stop may take before everything is given up.
    package init(
        from source: any UpdateSource, by choice: ScopeChoice, through children: Children,
        to sink: any CallSink, observedBy observer: (any CallObserver)?, keepingIn journal: any Journal,
        stopTimeout: Duration, on loop: EventLoop, log: Logger
    ) {
        (self.source, self.choice, self.children) = (source, choice, children)
        (self.sink, self.observer, self.journal) = (sink, observer, journal)
        (self.loop, self.log, stop) = (loop, log, GatewayStop(timeout: stopTimeout))
    }

    /// Goes on where an earlier run ended.
    ///
    /// - Parameters:
    ///   - recovered: the calls that it left.
    ///   - onEnd: called once, after `stop`, at the end of the source, or on a failure.
    package func start(with recovered: [RecoveredCall] = [], onEnd: @escaping (End) -> Void) {
        self.onEnd = onEnd
        source.onUpdates = { [unowned self] in take($0) }
        source.onEnd = { [unowned self] in sourceEnded($0) }
        children.connect(
            perform: { [unowned self] in perform($0, for: $1, then: $2) },
            given: { [unowned self] in observer?.eventGiven($0.line, to: $0.scope) },
            ended: { [unowned self] in observer?.childEnded($0) },
            working: { [unowned self] in observer?.childIsWorking(in: $0) })
        calls.recovered = recovered.count
        if recovered.isEmpty { observer?.recoveredCallsEnded() }
        for call in recovered { performFirst(call) }
        children.start()
        source.start()
    }

    /// An update is confirmed only once it is on disk, and delivered only then: what is confirmed can't be lost, and
    /// what is given to a child is known to have been.
    private func take(_ batch: UpdateBatch) {
        let events = batch.updates.compactMap(event(of:))
        journal.append(events, offset: batch.nextOffset) { [self] stored in
            deliver(stored)
            batch.taken()
        }
    }

    /// Gives stored events to the children of their scopes, beside those of the source.
    package func deliver(_ events: [IncomingEvent]) {
        for event in events { children.deliver(event) }
    }

    private func event(of update: Update) -> IncomingEvent? {
        guard let event = IncomingEvent(update, by: choice) else {
            log.debug("\(update.kind) belongs to no scope", metadata: ["update": "\(update.id)"])
            return nil
        }
        guard children.canRead(update) else {
            log.debug("\(update.kind) is nothing to a plain program", metadata: ["update": "\(update.id)"])
            return nil
        }
        log.debug("event \(update.kind)", metadata: ["scope": "\(event.scope)", "update": "\(update.id)"])
        return event
    }

    private func perform(_ call: Call, for scope: Scope, then reply: @escaping (CallResult) -> Void) {
        let key = journal.add(call, for: scope)
        send(call, for: scope, key: key, then: reply)
    }

    /// A call of an earlier run goes out before its scope's events.
    private func performFirst(_ recovered: RecoveredCall) {
        children.hold(recovered.scope)
        send(recovered.call, for: recovered.scope, key: recovered.key) { [self] _ in
            children.release(recovered.scope)
            calls.recovered -= 1
            if calls.recovered == 0 { observer?.recoveredCallsEnded() }
        }
    }

    private func send(
        _ call: Call, for scope: Scope, key: Int64, then reply: @escaping (CallResult) -> Void
    ) {
        calls.open += 1
        sink.perform(call, for: scope) { [self] result in
            calls.open -= 1
            journal.remove(call: key)
            reply(result)
            if isEnding { endIfDone() }
        }
    }

    // MARK: the end

    /// No more updates are taken.
    package var isEnding: Bool { stop.phase != .running }

    /// A new version of the program is there: each child is replaced between two of its events.
    package func reload() {
        if !isEnding { children.reload() }
    }

    /// Takes no more updates, lets every child end after what it was given, sends what they said, and tells the source
    /// how far it got.
    package func shutDown() {
        source.stop()
        stop.startDeadline { loop.after($0) { [weak self] in self?.giveUp() } }
        drain()
    }

    private func sourceEnded(_ failure: GatewayFailure?) {
        guard let failure else { return drain() }
        stop.failure = failure
        shutDown()
        // Nobody could answer what is given now.
        children.shutDown(.hurrying)
    }

    private func drain() {
        guard stop.advance(to: .draining) else { return }
        children.onFinished = { [weak self] in self?.endIfDone() }
        children.shutDown(.draining)
    }

    private func endIfDone() {
        if children.isFinished, calls.open == 0 { finish() }
    }

    private func giveUp() {
        let fate = journal.isDurable ? "stay in the journal" : "are lost"
        let left = "\(children.count) children are killed, \(calls.open) calls without an answer \(fate)"
        log.error("stopping took longer than \(stop.timeout.rounded): \(left)")
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
    /// Those of an earlier run among them.
    var recovered = 0
}

/// How far a gateway's stop has come.
private struct GatewayStop {
    enum Phase: Int {
        case running, draining, ended
    }

    let timeout: Duration
    /// Why the source ended; nil where nothing is wrong.
    var failure: GatewayFailure?
    private(set) var phase = Phase.running
    private var deadline: Timer?

    init(timeout: Duration) { self.timeout = timeout }

    /// - Returns: false when it is that far already.
    mutating func advance(to phase: Phase) -> Bool {
        guard phase.rawValue > self.phase.rawValue else { return false }
        self.phase = phase
        if phase == .ended { deadline?.cancel() }
        return true
    }

    mutating func startDeadline(_ start: (Duration) -> Timer) {
        if deadline == nil { deadline = start(timeout) }
    }
}
