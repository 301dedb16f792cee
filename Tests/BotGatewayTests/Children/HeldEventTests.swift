import TestSupport
import Testing

@testable import BotGateway

/// A bot that holds an event, and must hear of a button press meanwhile. They move the clock, as ChildSessionTests do.
@Suite(.ownProcess) struct HeldEventTests {
    @Test func `a press can be acknowledged while the prompt before it is held`() throws {
        let journal = FakeJournal()
        let stage = try TestRig().fakeChildren(keepingIn: journal) {
            $0.acknowledgement = .event(window: 2)
        }
        stage.say("prompt")
        stage.say("press")
        stage.say("later")
        stage.child.readAll()
        #expect(stage.child.linesRead.count == 3, "the scope line and two events")
        stage.child.write(#"{"type":"telegram.ack","update_id":2,"only":true}"#)
        #expect(journal.acknowledged == [2])
        stage.child.readAll()
        #expect(stage.child.linesRead.last?.contains("later") == true)
        stage.child.write(#"{"type":"telegram.ack","update_id":3,"only":false}"#)
        #expect(journal.acknowledged == [2, 1, 3])
    }

    @Test func `a press that waits behind a held event gives one warning, in any chat`() throws {
        let stage = try TestRig().fakeChildren { $0.acknowledgement = .event(window: 1) }
        stage.say("prompt")
        stage.child.readAll()
        // A child that works may acknowledge soon.
        try stage.press()
        stage.wait(.seconds(2))
        #expect(stage.log.count("a button press waits") == 0)
        stage.child.isReadingInput = nil
        stage.say("not a press")
        stage.wait(.seconds(2))
        #expect(stage.log.count("a button press waits") == 0)
        try stage.press()
        stage.wait(.seconds(2))
        #expect(stage.log.count("a button press waits until update 1 is acknowledged") == 1)
        #expect(stage.log.count("--window 4") == 1)
        try stage.press()
        stage.wait(.seconds(2))
        #expect(stage.log.count("a button press waits") == 1)
    }
}
