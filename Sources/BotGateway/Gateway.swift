import BotAPI
import Logging
import Reactor

/// The whole flow: carries each update to its scope's child, and each call that a child asks for to the
/// sink; what isn't dealt with stays in the journal. `run` and `replay` differ in the source, the sink and
/// the journal that they pass, in nothing else.
package final class Gateway {
    /// How it went.
    package enum End {
        case finished
        case failed(GatewayFailure)
    }

    private let source: any UpdateSource
    private let choice: ScopeChoice
    private let sink: any CallSink
    private let children: Children
    private let journal: any Journal
    private let loop: EventLoop
    private let log: Logger
    private let stopTimeout: Duration

    private var failure: GatewayFailure?
    package private(set) var isEnding = false
    private var isEnded = false
    private var openCalls = 0
    private var recoveredCalls = 0
    private var deadline: Timer?
    private var onEnd: (End) -> Void = { _ in }

    /// - Parameters:
    ///   - choice: which updates share a child.
    ///   - stopTimeout: how long a stop may take before everything is given up.
    package init(
        from source: any UpdateSource, by choice: ScopeChoice, through children: Children,
        to sink: any CallSink,
        keepingIn journal: any Journal, stopTimeout: Duration, on loop: EventLoop, log: Logger
    ) {
        (self.source, self.children, self.sink, self.journal) = (source, children, sink, journal)
        (self.choice, self.stopTimeout, self.loop, self.log) = (choice, stopTimeout, loop, log)
    }

    /// Goes on where an earlier run ended.
    ///
    /// - Parameters:
    ///   - earlier: the calls that it left.
    ///   - onEnd: called once, after `stop`, at the end of the source, or on a failure.
    package func start(with earlier: [RecoveredCall] = [], onEnd: @escaping (End) -> Void) {
        self.onEnd = onEnd
        source.onUpdates = { [unowned self] in take($0) }
        source.onEnd = { [unowned self] in sourceEnded($0) }
        children.perform = { [unowned self] in perform($0, for: $1, then: $2) }
        children.onEnded = { [unowned self] in sink.childEnded($0) }
        children.onTyping = { [unowned self] in sink.showTyping(in: $0) }
        children.onGiven = { [unowned self] in sink.note($0.line, givenTo: $0.scope) }
        recoveredCalls = earlier.count
        if earlier.isEmpty { sink.recoveredCallsEnded() }
        for call in earlier { performFirst(call) }
        children.start()
        source.start()
    }

    /// Confirmed only once they are on disk, and delivered only then: what is confirmed can't be lost, and
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
        guard children.canTake(event) else {
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
    private func performFirst(_ earlier: RecoveredCall) {
        children.hold(earlier.scope)
        send(earlier.call, for: earlier.scope, key: earlier.key) { [self] _ in
            children.release(earlier.scope)
            recoveredCalls -= 1
            if recoveredCalls == 0 { sink.recoveredCallsEnded() }
        }
    }

    private func send(
        _ call: Call, for scope: Scope, key: Int64, then reply: @escaping (CallResult) -> Void
    ) {
        openCalls += 1
        sink.perform(call, for: scope) { [self] result in
            openCalls -= 1
            journal.remove(call: key)
            reply(result)
            if isEnding { endIfDone() }
        }
    }

    /// A new version of the program is there: each child is replaced between two of its events.
    package func reload() {
        if !isEnding { children.reload() }
    }

    /// Stops taking updates, lets every child end after what it was given, sends what they said, and
    /// tells the source how far it got.
    package func stop() {
        source.stop()
        if deadline == nil { deadline = loop.after(stopTimeout) { [weak self] in self?.giveUp() } }
        end()
    }

    private func sourceEnded(_ failure: GatewayFailure?) {
        self.failure = failure
        guard failure != nil else { return end() }
        stop()
        // Nobody could answer what is given now.
        children.windDown()
    }

    private func end() {
        guard !isEnding else { return }
        isEnding = true
        children.onFinished = { [weak self] in self?.endIfDone() }
        children.finish()
    }

    private func endIfDone() {
        if children.isFinished, openCalls == 0 { finish() }
    }

    private func giveUp() {
        let fate = journal.isDurable ? "stay in the journal" : "are lost"
        let left = "\(children.count) children are killed, \(openCalls) calls without an answer \(fate)"
        log.error("stopping took longer than \(stopTimeout.rounded): \(left)")
        children.kill()
        finish()
    }

    private func finish() {
        guard !isEnded else { return }
        isEnded = true
        deadline?.cancel()
        source.confirm { [self] in onEnd(failure.map(End.failed) ?? .finished) }
    }
}
