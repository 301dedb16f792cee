import JSON
import Reactor
import TestSupport

@testable import BotAPI
@testable import BotGateway

/// The whole flow of a gateway, with a source, a sink, a journal and children of the test's own.
final class GatewayFlow: Rigged {
    let stage: FakeChildren
    let source = FakeSource()
    let sink = FakeSink()
    let gateway: Gateway
    private(set) var ends: [Gateway.End] = []

    init(_ stage: FakeChildren) {
        self.stage = stage
        gateway = Gateway(
            from: source, by: .chat, through: stage.children, to: sink, observedBy: sink,
            keepingIn: stage.journal, stopTimeout: .seconds(30), on: stage.loop, log: stage.log.logger)
    }

    var rig: TestRig { stage.rig }
    var journal: FakeJournal { stage.journal }

    func start(with recovered: [RecoveredCall] = []) {
        gateway.start(with: recovered) { [unowned self] in ends.append($0) }
    }

    /// The source gives messages with these ids.
    func give(_ ids: Int64..., chat: Int64 = 42) throws {
        source.give(try ids.map { try .message("\($0)", id: $0, in: chat) }, nextOffset: (ids.last ?? 0) + 1)
    }
}

/// A sink whose calls the test answers, and an observer that keeps what it was told.
final class FakeSink: CallSink, CallObserver {
    private(set) var calls: [(text: String, scope: Scope, done: (CallResult) -> Void)] = []
    private(set) var told: [String] = []
    private var delayed: (Scope) -> Void = { _ in }
    private var earliestAnswer = Instant.current

    /// From now on the open calls have to wait.
    func delayCalls(by wait: Duration) {
        earliestAnswer = .current + wait
        calls.forEach { delayed($0.scope) }
    }

    func onDelay(_ action: @escaping (Scope) -> Void) { delayed = action }
    func mayAnswer(_ scope: Scope?, by deadline: Instant) -> Bool { earliestAnswer <= deadline }

    func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
        calls.append((call.parameters["text"]?.string ?? "", scope, done))
    }

    func eventGiven(_ line: [UInt8], to scope: Scope) { told.append("given \(scope)") }
    func childEnded(_ scope: Scope) { told.append("ended \(scope)") }
    func childIsWorking(in scope: Scope) { told.append("working \(scope)") }
    func recoveredCallsEnded() { told.append("recovered") }
}
