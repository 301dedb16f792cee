import JSON
import Logging
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

/// The whole gateway, with the test's own source, sink, journal and children.
@Suite(.ownProcess) struct GatewayTests {
    private final class Source: UpdateSource {
        var onUpdates: (UpdateBatch) -> Void = { _ in }
        var onEnd: (GatewayFailure?) -> Void = { _ in }
        private(set) var events: [String] = []
        private(set) var taken: [Int64] = []

        func start() { events.append("start") }
        func stop() { events.append("stop") }
        func confirm(then done: @escaping () -> Void) {
            events.append("confirm")
            done()
        }

        func send(_ ids: Int64..., chat: Int64? = 42) throws {
            let updates = try ids.map { id in
                let message: JSON =
                    chat.map {
                        [
                            "message_id": 1, "chat": ["id": JSON($0), "type": "private"],
                            "text": JSON("\(id)"),
                        ]
                    }
                    ?? ["id": "1", "question": "?"]
                return try Update(["update_id": JSON(id), chat == nil ? "poll" : "message": message])
            }
            onUpdates(
                UpdateBatch(updates, nextOffset: (ids.last ?? 0) + 1) { [unowned self] in
                    taken += ids
                })
        }
    }

    private final class Sink: CallSink, CallObserver {
        var calls: [(text: String, scope: Scope, done: (CallResult) -> Void)] = []
        private(set) var told: [String] = []

        func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
            calls.append((call.parameters["text"]?.string ?? "", scope, done))
        }

        func eventGiven(_ line: [UInt8], to scope: Scope) { told.append("given \(scope)") }
        func childEnded(_ scope: Scope) { told.append("ended \(scope)") }
        func childIsWorking(in scope: Scope) { told.append("working \(scope)") }
        func recoveredCallsEnded() { told.append("recovered") }
    }

    private final class Flow {
        let stage: SessionStage
        let source = Source()
        let sink = Sink()
        let gateway: Gateway
        private(set) var ends: [Gateway.End] = []
        var journal: FakeJournal { stage.journal }

        init(journal: FakeJournal = FakeJournal(), _ adjust: (inout ChildPolicy) -> Void = { _ in }) throws {
            stage = try SessionStage(journal: journal, adjust)
            gateway = Gateway(
                from: source, by: .chat, through: stage.children, to: sink, observedBy: sink,
                keepingIn: journal, stopTimeout: .seconds(30), on: stage.loop, log: stage.log.logger)
        }

        func start(with recovered: [RecoveredCall] = []) {
            gateway.start(with: recovered) { [unowned self] in ends.append($0) }
        }

        func call(_ text: String) throws -> Call {
            try Call(type: "telegram.send_message", parameters: ["text": JSON(text)], id: nil, in: .chat(42))
        }
    }

    @Test func `an update is confirmed and delivered only after it is stored`() throws {
        let flow = try Flow()
        flow.start()
        flow.journal.commitsAtOnce = false
        try flow.source.send(1, 2)
        #expect(flow.source.taken.isEmpty)
        #expect(flow.stage.started.isEmpty)
        flow.journal.commit()
        #expect(flow.source.taken == [1, 2])
        #expect(flow.stage.child.texts == ["1"])
        #expect(flow.journal.stored.offset == 3)
    }

    @Test func `an update without a scope is confirmed and not delivered`() throws {
        let flow = try Flow()
        flow.start()
        try flow.source.send(1, chat: nil)
        #expect(flow.source.taken == [1])
        #expect(flow.stage.started.isEmpty)
    }

    @Test func `a message without a text form isn't delivered to a plain program`() throws {
        let flow = try Flow { $0.dialect = .plainText }
        flow.start()
        try flow.source.send(1)
        let photo: JSON = ["message_id": 1, "chat": ["id": 42], "new_chat_title": "x"]
        flow.source.onUpdates(UpdateBatch([try Update(["update_id": 2, "message": photo])]))
        #expect(flow.journal.stored.events.values.map(\.updateID) == [1])
        #expect(flow.stage.child.linesWritten == ["1"])
    }

    @Test func `a call stays in the journal until it is answered`() throws {
        let flow = try Flow()
        flow.start()
        try flow.source.send(1)
        flow.stage.child.send("hello", id: 7)
        #expect(flow.sink.calls.map(\.text) == ["hello"])
        #expect(flow.journal.stored.calls.count == 1)
        flow.sink.calls[0].done(.success(true))
        #expect(flow.journal.stored.calls.isEmpty)
        flow.stage.child.readAll()
        #expect(flow.stage.child.linesWritten.last?.contains(#""id":7,"ok":true"#) == true)
    }

    @Test func `calls of an earlier run precede their scope's events, and delay no other scope`() throws {
        let earlier = FakeJournal()
        _ = earlier.add(try Flow().call("left"), for: .chat(42))
        let journal = earlier.afterCrash(redeliveryWindow: 18)
        let flow = try Flow(journal: journal)
        flow.start(with: journal.recoveredCalls)
        #expect(flow.sink.calls.map(\.text) == ["left"])
        try flow.source.send(1)
        try flow.source.send(2, chat: 43)
        #expect(flow.stage.started.map(\.texts) == [["2"]])
        #expect(!flow.sink.told.contains("recovered"))
        flow.sink.calls[0].done(.success(true))
        #expect(flow.stage.child.texts == ["1"])
        #expect(flow.sink.told.contains("recovered"))
        #expect(flow.journal.stored.calls.isEmpty)
    }

    @Test func `without calls of an earlier run, recovery ends at once`() throws {
        let flow = try Flow()
        flow.start()
        #expect(flow.sink.told == ["recovered"])
    }

    @Test func `events of an earlier run are delivered and marked before the source has any`() throws {
        let earlier = try Flow()
        earlier.start()
        try earlier.source.send(1, 2)
        earlier.stage.child.readAll()
        let flow = try Flow(journal: earlier.journal.afterCrash(redeliveryWindow: 18))
        flow.start()
        #expect(flow.stage.child.texts == ["1!"])
        flow.stage.child.readAll()
        #expect(flow.stage.child.texts == ["1!", "2!"])
    }

    @Test func `the observer hears of events, working children and their exits`() throws {
        let flow = try Flow { $0.showsTyping = true }
        flow.start()
        try flow.source.send(1)
        flow.stage.child.readAll()
        flow.stage.wait(.milliseconds(510))
        flow.stage.child.exit()
        #expect(flow.sink.told == ["recovered", "given chat:42", "working chat:42", "ended chat:42"])
    }

    @Test func `a stop waits for children and their calls, then confirms the updates`() throws {
        let flow = try Flow()
        flow.start()
        try flow.source.send(1)
        flow.stage.child.readAll()
        flow.stage.child.send("bye")
        flow.gateway.shutDown()
        #expect(flow.gateway.isEnding)
        #expect(flow.source.events == ["start", "stop"])
        flow.stage.child.exit()
        flow.stage.turn()
        #expect(flow.ends.isEmpty)
        flow.sink.calls[0].done(.success(true))
        flow.stage.turn()
        #expect(flow.source.events == ["start", "stop", "confirm"])
        #expect(flow.ends.count == 1)
        if case .finished = flow.ends.first {} else { Issue.record("it failed") }
        #expect(flow.stage.isEmpty)
    }

    @Test func `a stop that times out kills the children and keeps the rest in the journal`() throws {
        let flow = try Flow()
        flow.start()
        try flow.source.send(1)
        flow.stage.child.readAll()
        flow.stage.child.send("x")
        flow.gateway.shutDown()
        flow.stage.wait(.seconds(31))
        #expect(flow.stage.child.signals.last == 9)
        #expect(flow.ends.count == 1)
        #expect(flow.stage.log.count("stopping took longer than") == 1)
        #expect(flow.journal.stored.calls.count == 1)
    }

    @Test func `a failing source ends the gateway with the same failure`() throws {
        let flow = try Flow()
        flow.start()
        try flow.source.send(1, 2)
        flow.source.onEnd(GatewayFailure(.conflict, "another poller"))
        flow.stage.child.readAll()
        #expect(flow.stage.child.texts == ["1"])
        flow.stage.child.exit()
        flow.stage.turn()
        guard case .failed(let failure) = flow.ends.first else {
            return #expect(Bool(false), "it did not fail")
        }
        #expect(failure.description == "another poller")
        #expect(flow.ends.count == 1)
        #expect(flow.journal.stored.events.values.map(\.updateID) == [2])
    }

    @Test func `at the end of the source each child ends after its last event`() throws {
        let flow = try Flow()
        flow.start()
        try flow.source.send(1)
        flow.source.onEnd(nil)
        flow.stage.child.readAll()
        #expect(flow.stage.child.isInputEnded)
        flow.stage.child.exit()
        flow.stage.turn()
        #expect(flow.ends.count == 1)
    }

    @Test func `a reload during a stop changes nothing`() throws {
        let flow = try Flow()
        flow.start()
        try flow.source.send(1)
        flow.gateway.shutDown()
        flow.gateway.reload()
        flow.stage.child.readAll()
        #expect(flow.stage.child.linesWritten.last?.contains("stop") == true)
    }
}
