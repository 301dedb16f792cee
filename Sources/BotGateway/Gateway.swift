import Logging
import Reactor

/// The whole flow: carries each update to its scope's child, and each call that a child asks for to the
/// sink. `run` and `replay` differ in the source and the sink they pass, in nothing else.
public final class Gateway {
    /// How it went.
    public enum End {
        case finished
        case failed(GatewayFailure)
    }

    private let source: any UpdateSource
    private let sink: any CallSink
    private let children: Children
    private let loop: EventLoop
    private let log: Logger
    private let stopTimeout: Duration

    private var failure: GatewayFailure?
    public private(set) var isEnding = false
    private var isEnded = false
    private var openCalls = 0
    private var deadline: Timer?
    private var onEnd: (End) -> Void = { _ in }

    /// - Parameter stopTimeout: how long a stop may take before everything is given up.
    public init(
        from source: any UpdateSource, through children: Children, to sink: any CallSink,
        stopTimeout: Duration, on loop: EventLoop, log: Logger
    ) {
        (self.source, self.children, self.sink) = (source, children, sink)
        (self.stopTimeout, self.loop, self.log) = (stopTimeout, loop, log)
    }

    /// - Parameter onEnd: called once, after `stop`, at the end of the source, or on a failure.
    public func start(onEnd: @escaping (End) -> Void) {
        self.onEnd = onEnd
        source.onUpdates = { [unowned self] in $0.forEach(deliver) }
        source.onEnd = { [unowned self] in sourceEnded($0) }
        children.perform = { [unowned self] in perform($0, for: $1, then: $2) }
        children.onGiven = { [unowned self] in sink.note($0.line, givenTo: $0.scope) }
        source.start()
    }

    private func deliver(_ update: Update) {
        guard let event = IncomingEvent(update) else {
            log.debug("\(update.kind) belongs to no scope", metadata: ["update": "\(update.id)"])
            return
        }
        log.debug("event \(update.kind)", metadata: ["scope": "\(event.scope)", "update": "\(update.id)"])
        children.deliver(event)
    }

    private func perform(_ call: Call, for scope: Scope, then reply: @escaping (CallResult) -> Void) {
        openCalls += 1
        sink.perform(call, for: scope) { [self] result in
            openCalls -= 1
            reply(result)
            if isEnding { endIfDone() }
        }
    }

    /// Stops taking updates, lets every child end after what it was given, sends what they said, and
    /// tells the source how far it got.
    public func stop() {
        source.stop()
        if deadline == nil { deadline = loop.after(stopTimeout) { [weak self] in self?.giveUp() } }
        end()
    }

    private func sourceEnded(_ failure: GatewayFailure?) {
        self.failure = failure
        if failure == nil { end() } else { stop() }
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
        let left = "\(children.count) children are killed, \(openCalls) calls were not answered"
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
