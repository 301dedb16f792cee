import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// A session with fake processes, whose actions the test decides. Moving the clock affects all suites in a process, so
/// this suite has its own.
@Suite(.ownProcess) struct ChildSessionTests {
    @Test func `an event is acknowledged once its child has read the next one`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.say("b")
        #expect(stage.child.linesWritten.first?.contains(#""type":"telegram""#) == true)
        #expect(stage.child.texts == ["a"])
        stage.child.readAll()
        #expect(stage.child.texts == ["a", "b"])
        #expect(stage.journal.acknowledged.isEmpty)
        stage.child.readAll()
        #expect(stage.journal.acknowledged == [1])
    }

    @Test func `the last event is acknowledged after the ack timeout`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.child.readAll()
        stage.wait(.milliseconds(1900))
        #expect(stage.journal.acknowledged.isEmpty)
        stage.wait(.milliseconds(200))
        #expect(stage.journal.acknowledged == [1])
    }

    @Test func `a child that dies on its event is replaced, and the event is marked`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.child.readAll()
        stage.child.exit(status: 1)
        #expect(stage.started.count == 1)
        stage.wait(.milliseconds(510))
        #expect(stage.started.count == 2)
        #expect(stage.child.texts == ["a!"])
    }

    @Test func `after three deaths an event becomes a dead letter, and the next one is delivered`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.say("b")
        for delay in [0.5, 1, 2] {
            stage.child.readAll()
            stage.child.exit(status: 1)
            stage.wait(.seconds(delay + 0.01))
        }
        // The first child had both events. Only the one that it read last counts the death.
        #expect(stage.journal.stored.deadLetters.map(\.updateID) == [1])
        #expect(stage.child.texts == ["b"])
    }

    @Test func `an event that its child never read isn't marked`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.child.exit(status: 1)
        stage.wait(.milliseconds(510))
        #expect(stage.child.texts == ["a"])
    }

    @Test func `with event acknowledgement a window of events is in flight until acknowledged`() throws {
        let stage = try TestRig().fakeChildren { $0.acknowledgement = .event(window: 2) }
        for text in ["a", "b", "c"] { stage.say(text) }
        #expect(stage.child.texts == ["a", "b"])
        stage.child.readAll()
        #expect(stage.journal.acknowledged.isEmpty)
        stage.child.write(#"{"type":"telegram.ack","update_id":1}"#)
        #expect(stage.journal.acknowledged == [1])
        #expect(stage.child.texts == ["a", "b", "c"])
        stage.child.write(#"{"type":"telegram.ack","update_id":3}"#)
        #expect(stage.journal.acknowledged == [1, 2, 3])
    }

    @Test func `with exit acknowledgement a child gets one event and the end of its input`() throws {
        let stage = try TestRig().fakeChildren { $0.acknowledgement = .exit }
        stage.say("a")
        stage.say("b")
        #expect(stage.child.texts == ["a"])
        #expect(stage.child.isInputEnded)
        stage.child.readAll()
        stage.child.exit()
        stage.turn()
        #expect(stage.journal.acknowledged == [1])
        #expect(stage.child.texts == ["b"])
        #expect(stage.started.count == 2)
    }

    @Test func `a result goes to the calling child and to no later one`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.child.readAll()
        stage.child.send("old", id: 1)
        let first = stage.child
        first.exit()
        stage.say("b")
        stage.turn()
        stage.child.readAll()
        stage.child.send("new", id: 1)
        stage.calls[0].reply(.success("for the first"))
        stage.calls[1].reply(.success("for the second"))
        #expect(stage.child.linesWritten.last?.contains("for the second") == true)
        #expect(!stage.child.linesWritten.contains { $0.contains("for the first") })
        #expect(!first.linesWritten.contains { $0.contains("result") })
    }

    @Test func `results wait until the child has read its previous input`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.child.send("x", id: 1)
        stage.calls[0].reply(.success(true))
        #expect(stage.child.linesWritten.count == 2)
        stage.child.readAll()
        #expect(stage.child.linesWritten.count == 3)
    }

    @Test func `a plain program that is seen running now and then isn't silent, and one that isn't is`()
        throws
    {
        let stage = try TestRig().fakeChildren {
            $0.dialect = .plainText()
            $0.pacing = .lockstep(isFile: true)
            $0.acknowledgement = .auto(timeout: .milliseconds(10))
        }
        stage.say("a")
        stage.child.readAll()
        stage.say("b")
        for _ in 1...20 {
            stage.child.isReadingInput = false
            stage.wait(.milliseconds(90))
            stage.child.isReadingInput = nil
            stage.wait(.milliseconds(10))
        }
        #expect(stage.child.linesWritten == ["a"])
        stage.wait(.seconds(2))
        #expect(stage.child.linesWritten == ["a", "b"])
    }

    @Test func `output is paused at 32 open calls and resumed at half of them`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.child.readAll()
        for number in 1...40 { stage.child.send("\(number)") }
        #expect(stage.calls.count == 32)
        for number in 0..<15 { stage.calls[number].reply(.success(nil)) }
        #expect(stage.child.isOutputPaused)
        stage.calls[15].reply(.success(nil))
        #expect(!stage.child.isOutputPaused)
        #expect(stage.calls.count == 40)
    }

    @Test func `an idle child gets a disconnect, then the end of its input, then signals`() throws {
        let stage = try TestRig().fakeChildren { $0.idleTimeout = .seconds(60) }
        stage.say("a")
        stage.child.readAll()
        stage.wait(.seconds(3))
        stage.wait(.seconds(61))
        #expect(stage.child.linesWritten.last == #"{"type":"telegram.disconnect","reason":"idle"}"#)
        #expect(stage.child.isInputEnded)
        #expect(stage.child.signals.isEmpty)
        stage.wait(.seconds(11))
        #expect(stage.child.signals == [SIGTERM])
        stage.wait(.seconds(6))
        #expect(stage.child.signals == [SIGTERM, SIGKILL])
        stage.child.exit(status: 137)
        #expect(stage.children.count == 0)
    }

    @Test(arguments: [(nil, false), (false, false), (true, true)] as [(Bool?, Bool)])
    func `only a child that reads on is suspected of keeping its acknowledgement in a buffer`(
        _ isReading: Bool?, _ isAsked: Bool
    ) throws {
        let stage = try TestRig().fakeChildren { $0.acknowledgement = .event(window: 1) }
        stage.say("a")
        stage.child.isReadingInput = isReading
        stage.child.readAll()
        stage.wait(.seconds(31))
        #expect(stage.log.count("event not acknowledged for 30s. With --ack event the bot must write") == 1)
        #expect((stage.log.count("is its stdout buffered?") == 1) == isAsked)
    }

    @Test func `keep_alive postpones the idle timeout`() throws {
        let stage = try TestRig().fakeChildren { $0.idleTimeout = .seconds(60) }
        stage.say("a")
        stage.child.readAll()
        stage.child.write(#"{"type":"telegram.keep_alive","seconds":300}"#)
        stage.wait(.seconds(3))
        stage.wait(.seconds(200))
        #expect(!stage.child.isInputEnded)
        stage.wait(.seconds(200))
        #expect(stage.child.isInputEnded)
    }

    @Test func `an event for a closing child waits for the next one and isn't lost`() throws {
        let stage = try TestRig().fakeChildren { $0.idleTimeout = .seconds(60) }
        stage.say("a")
        stage.child.readAll()
        stage.wait(.seconds(3))
        stage.wait(.seconds(61))
        #expect(stage.child.isInputEnded)
        stage.say("b")
        #expect(stage.child.texts == ["a"])
        stage.child.exit()
        stage.turn()
        #expect(stage.started.count == 2)
        #expect(stage.child.texts == ["b"])
    }

    @Test func `a reload replaces a child between two events`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        stage.say("b")
        stage.children.reload()
        #expect(!stage.child.isInputEnded)
        stage.child.readAll()
        #expect(stage.child.linesWritten.last?.contains("reload") == true)
        #expect(stage.child.texts == ["a"])
        stage.child.exit()
        stage.turn()
        #expect(stage.child.texts == ["b"])
    }

    @Test func `a shutdown delivers waiting events until its timeout and leaves the rest in the journal`()
        throws
    {
        let stage = try TestRig().fakeChildren()
        for text in ["a", "b", "c"] { stage.say(text) }
        stage.children.shutDown(.draining)
        stage.child.readAll()
        #expect(stage.child.texts == ["a", "b"])
        stage.wait(.seconds(11))
        stage.child.readAll()
        #expect(stage.child.texts == ["a", "b"])
        #expect(stage.child.isInputEnded)
        stage.child.exit()
        #expect(stage.children.isFinished)
        #expect(stage.journal.stored.events.values.map(\.updateID) == [3])
    }

    @Test func `between two commits at most the redelivery window is delivered`() throws {
        let journal = FakeJournal()
        let stage = try TestRig().fakeChildren(keepingIn: journal)
        for number in 1...40 { stage.say("\(number)") }
        journal.commitsAtOnce = false
        while stage.child.readAll() {}
        #expect(stage.child.texts.count == ChildPolicy.acknowledgedLimit + 1)
        #expect(journal.wantsCommit)
        journal.commit()
        while stage.child.readAll() {}
        #expect(stage.child.texts.count > ChildPolicy.acknowledgedLimit + 1)
    }

    @Test func `an exhausted system delays a start, and any other failure is retried with backoff`() throws {
        let stage = try TestRig().fakeChildren()
        stage.failStarts(with: SystemError("starting", code: EAGAIN))
        stage.say("a")
        #expect(stage.started.isEmpty)
        stage.failStarts(with: nil)
        stage.wait(.seconds(1.01))
        #expect(stage.child.texts == ["a"])
        stage.failStarts(with: SystemError("starting", code: ENOENT))
        stage.say("b", in: 1)
        #expect(stage.children.problems == 1)
        stage.failStarts(with: nil)
        stage.wait(.milliseconds(510))
        #expect(stage.child.texts == ["b"])
    }

    @Test func `the child that has been idle longest is stopped for a new scope`() throws {
        let stage = try TestRig().fakeChildren { $0.maxChildren = 2 }
        for chat in 1...2 as ClosedRange<Int64> {
            stage.say("hello", in: chat)
            stage.child.readAll()
            stage.wait(.seconds(3))
        }
        stage.say("third", in: 3)
        #expect(stage.started[0].linesWritten.last?.contains("limit") == true)
        #expect(!stage.started[1].isInputEnded)
        stage.started[0].exit()
        stage.turn()
        #expect(stage.child.texts == ["third"])
    }
}
