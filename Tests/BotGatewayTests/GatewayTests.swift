import JSON
import Logging
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

/// The whole gateway, with the test's own source, sink, journal and children.
@Suite(.ownProcess) struct GatewayTests {
    @Test func `an update is confirmed and delivered only after it is stored`() throws {
        let flow = try TestRig().gateway()
        flow.start()
        flow.journal.commitsAtOnce = false
        try flow.give(1, 2)
        #expect(flow.source.taken.isEmpty)
        #expect(flow.stage.started.isEmpty)
        flow.journal.commit()
        #expect(flow.source.taken == [3])
        #expect(flow.stage.child.texts == ["1"])
        #expect(flow.journal.stored.offset == 3)
    }

    @Test func `an update without a scope is confirmed and not delivered`() throws {
        let flow = try TestRig().gateway()
        flow.start()
        flow.source.give(
            [try Update(["update_id": 1, "poll": ["id": "1", "question": "?"]])], nextOffset: 2)
        #expect(flow.source.taken == [2])
        #expect(flow.stage.started.isEmpty)
    }

    @Test func `a message without a text form isn't delivered to a plain program`() throws {
        let flow = try TestRig().gateway { $0.dialect = .plainText() }
        flow.start()
        try flow.give(1)
        let photo: JSON = ["message_id": 1, "chat": ["id": 42], "new_chat_title": "x"]
        flow.source.give([try Update(["update_id": 2, "message": photo])])
        #expect(flow.journal.stored.events.values.map(\.updateID) == [1])
        #expect(flow.stage.child.linesWritten == ["1"])
    }

    @Test func `a call stays in the journal until it is answered`() throws {
        let flow = try TestRig().gateway()
        flow.start()
        try flow.give(1)
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
        let left = try Call(
            type: "telegram.send_message", parameters: ["text": "left"], id: nil, in: .chat(42))
        _ = earlier.add(left, for: .chat(42))
        let journal = earlier.afterCrash(redeliveryWindow: 18)
        let flow = try TestRig().gateway(keepingIn: journal)
        flow.start(with: journal.recoveredCalls)
        #expect(flow.sink.calls.map(\.text) == ["left"])
        try flow.give(1)
        try flow.give(2, chat: 43)
        #expect(flow.stage.started.map(\.texts) == [["2"]])
        #expect(!flow.sink.told.contains("recovered"))
        flow.sink.calls[0].done(.success(true))
        #expect(flow.stage.child.texts == ["1"])
        #expect(flow.sink.told.contains("recovered"))
        #expect(flow.journal.stored.calls.isEmpty)
    }

    @Test func `without calls of an earlier run, recovery ends at once`() throws {
        let flow = try TestRig().gateway()
        flow.start()
        #expect(flow.sink.told == ["recovered"])
    }

    @Test func `events of an earlier run are delivered and marked before the source has any`() throws {
        let earlier = try TestRig().gateway()
        earlier.start()
        try earlier.give(1, 2)
        earlier.stage.child.readAll()
        let flow = try TestRig().gateway(keepingIn: earlier.journal.afterCrash(redeliveryWindow: 18))
        flow.start()
        #expect(flow.stage.child.texts == ["1!"])
        flow.stage.child.readAll()
        #expect(flow.stage.child.texts == ["1!", "2!"])
    }

    @Test func `the observer hears of events, working children and their exits`() throws {
        let flow = try TestRig().gateway { $0.showsTyping = true }
        flow.start()
        try flow.give(1)
        flow.stage.child.readAll()
        flow.stage.wait(.milliseconds(510))
        flow.stage.child.exit()
        #expect(flow.sink.told == ["recovered", "given chat:42", "working chat:42", "ended chat:42"])
    }

    @Test func `a stop waits for children and their calls, then confirms the updates`() throws {
        let flow = try TestRig().gateway()
        flow.start()
        try flow.give(1)
        flow.stage.child.readAll()
        flow.stage.child.send("bye")
        flow.gateway.shutDown()
        #expect(flow.gateway.isEnding)
        #expect(flow.source.calls == ["start", "stop"])
        flow.stage.child.exit()
        flow.stage.turn()
        #expect(flow.ends.isEmpty)
        flow.sink.calls[0].done(.success(true))
        flow.stage.turn()
        #expect(flow.source.calls == ["start", "stop", "confirm"])
        #expect(flow.ends.count == 1)
        if case .finished = flow.ends.first {} else { Issue.record("it failed") }
        #expect(flow.stage.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a stop doesn't wait for calls that have to wait longer than it may take`(isFirst: Bool) throws {
        let flow = try TestRig().gateway()
        flow.start()
        try flow.give(1)
        flow.stage.child.readAll()
        flow.stage.child.send("bye")
        flow.stage.turn()
        if isFirst { flow.sink.delayCalls(by: .seconds(3600)) }
        flow.gateway.shutDown()
        flow.stage.child.exit()
        flow.stage.turn()
        #expect(flow.ends.count == (isFirst ? 1 : 0))
        if !isFirst { flow.sink.delayCalls(by: .seconds(3600)) }
        #expect(flow.ends.count == 1)
        #expect(
            flow.stage.log.count(
                "not waiting for 1 call delayed for longer than --stop-timeout, left in the journal") == 1)
    }

    @Test func `a stop that takes too long kills the children, and says what is left`() throws {
        let flow = try TestRig().gateway()
        flow.start()
        try flow.give(1)
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
        let flow = try TestRig().gateway()
        flow.start()
        try flow.give(1, 2)
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
        let flow = try TestRig().gateway()
        flow.start()
        try flow.give(1)
        flow.source.onEnd(nil)
        flow.stage.child.readAll()
        #expect(flow.stage.child.isInputEnded)
        flow.stage.child.exit()
        flow.stage.turn()
        #expect(flow.ends.count == 1)
    }

    @Test func `a reload during a stop changes nothing`() throws {
        let flow = try TestRig().gateway()
        flow.start()
        try flow.give(1)
        flow.gateway.shutDown()
        flow.gateway.reload()
        flow.stage.child.readAll()
        #expect(flow.stage.child.linesWritten.last?.contains("stop") == true)
    }
}
