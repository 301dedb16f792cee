import Glibc
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// Children that don't read, print rubbish or find no room. Moving the clock affects all suites in a process, so this
/// suite has its own.
@Suite(.ownProcess) struct ChildFaultTests {
    // MARK: a child that doesn't read its stdin

    @Test(
        arguments: [
            ChildPolicy.Acknowledgement.auto(timeout: .seconds(2)), .exit, .event(window: 1),
            .event(window: 2),
        ], [0, 124, 128 + SIGKILL, 128 + SIGTERM])
    func `an event that three children left unread until they were done or killed is a dead letter`(
        _ acknowledgement: ChildPolicy.Acknowledgement, _ status: Int32
    ) throws {
        let stage = try TestRig().fakeChildren { $0.acknowledgement = acknowledgement }
        stage.say("a")
        for delay in [0.5, 1, 2] {
            #expect(stage.child.texts == ["a"])
            stage.child.exit(status: status)
            stage.wait(.seconds(delay + 0.01))
        }
        #expect(stage.journal.stored.deadLetters.map(\.updateID) == [1])
        #expect(stage.log.count("dead letter: 3 children ended without reading it") == 1)
        stage.say("b")
        stage.turn()
        #expect(stage.child.texts == ["b"])
    }

    @Test func `so is one whose child closed its stdin and had to be killed`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        for _ in 1...3 {
            stage.child.closePipe()
            stage.wait(.seconds(11))
            #expect(stage.child.signals == [SIGTERM])
            // It handles SIGTERM, and ends with a status of its own.
            stage.child.exit(status: 1)
            stage.wait(.seconds(3))
        }
        #expect(stage.journal.stored.deadLetters.map(\.updateID) == [1])
    }

    @Test(arguments: [1, 127, 128 + SIGSEGV])
    func `a bot that fails at its start costs no event`(_ status: Int32) throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        for _ in 1...5 {
            stage.child.exit(status: status)
            stage.wait(.seconds(61))
        }
        #expect(stage.journal.stored.deadLetters.isEmpty)
        #expect(stage.child.texts == ["a"])
    }

    @Test func `an event behind the one that a child hangs on isn't blamed for its kill`() throws {
        let stage = try TestRig().fakeChildren()
        for text in ["a", "b"] { stage.say(text) }
        stage.child.readAll()
        // The first event is acknowledged by the ack timeout.
        stage.wait(.seconds(3))
        #expect(stage.journal.acknowledged == [1])
        stage.child.exit(status: 128 + SIGKILL)
        for _ in 1...2 {
            stage.wait(.seconds(3))
            #expect(stage.child.texts == ["b"])
            stage.child.exit(status: 128 + SIGKILL)
        }
        #expect(stage.journal.stored.deadLetters.isEmpty)
    }

    @Test func `children that were asked to end aren't counted`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        for _ in 1...5 {
            stage.children.reload()
            stage.wait(.seconds(11))
            stage.wait(.seconds(11))
            #expect(stage.child.signals == [SIGTERM])
            stage.child.exit(status: 128 + SIGTERM)
            stage.turn()
        }
        #expect(stage.journal.stored.deadLetters.isEmpty)
    }

    // MARK: the log

    @Test func `the log names the event that a child died on, not the one behind it`() throws {
        let stage = try TestRig().fakeChildren()
        for text in ["a", "b"] { stage.say(text) }
        stage.child.readAll()
        #expect(stage.child.texts == ["a", "b"])
        stage.child.write("x")
        for delay in [0.5, 1, 2] {
            stage.child.exit(status: 1)
            stage.wait(.seconds(delay + 0.01))
            stage.child.readAll()
        }
        #expect(stage.log.updates(of: "line dropped") == ["1"])
        #expect(stage.log.updates(of: "child ended") == ["1", "1", "1"])
        #expect(stage.log.updates(of: "dead letter") == ["1"])
        #expect(stage.log.updates(of: "restarting in") == ["1", "1", "1"])
        #expect(stage.log.updates(of: "delivered 1 event") == ["1", "2", "1", "2", "1", "2", "2"])
    }

    @Test func `the log names the event that a child has acknowledged by its exit`() throws {
        let stage = try TestRig().fakeChildren()
        for text in ["a", "b"] { stage.say(text) }
        stage.child.readAll()
        stage.child.readAll()
        stage.child.exit()
        #expect(stage.log.updates(of: "child ended") == ["2"])
    }

    @Test func `ten warnings a minute about a child's output are logged, then their number`() throws {
        let stage = try TestRig().fakeChildren()
        stage.say("a")
        for _ in 1...5000 { stage.child.write("x") }
        #expect(stage.log.count("line dropped") == 10)
        #expect(stage.children.problems == 5000)
        stage.say("b", in: 43)
        stage.child.write("x")
        #expect(stage.log.count("line dropped") == 11)
        stage.wait(.seconds(61))
        #expect(stage.log.count("4990 more warnings about its output") == 1)
        stage.started[0].write("x")
        #expect(stage.log.count("line dropped") == 12)
        for _ in 1...11 { stage.started[0].write("x") }
        stage.started[0].exit(status: 1)
        #expect(stage.log.count("line dropped") == 21)
        #expect(stage.log.count("2 more warnings about its output") == 1)
    }

    // MARK: a system without room

    @Test func `out of processes, idle children make room`() throws {
        let stage = try TestRig().fakeChildren()
        stage.limitProcesses(to: 2)
        for chat in 1...2 as ClosedRange<Int64> {
            stage.say("hello", in: chat)
            stage.child.readAll()
            stage.wait(.seconds(3))
        }
        for chat in 3...4 as ClosedRange<Int64> { stage.say("hello", in: chat) }
        for index in 0...1 {
            #expect(stage.started[index].linesWritten.last?.contains("limit") == true)
            #expect(stage.started.count == 2 + index)
            stage.started[index].exit()
            stage.wait(.seconds(1.01))
        }
        #expect(stage.started[2...].map(\.texts) == [["hello"], ["hello"]])
        #expect(stage.log.count("can't run more than 2 children") == 1)
        #expect(stage.children.problems == 0)
    }

    @Test func `out of processes, a child makes room as soon as it has been idle for a second`() throws {
        let stage = try TestRig().fakeChildren()
        stage.limitProcesses(to: 1)
        stage.say("hello", in: 1)
        stage.child.readAll()
        stage.wait(.seconds(3))
        stage.child.send("late")
        stage.calls[0].reply(.success(true))
        stage.say("hello", in: 2)
        #expect(!stage.child.isInputEnded)
        // A scope that comes later doesn't postpone this.
        stage.wait(.milliseconds(600))
        stage.say("hello", in: 3)
        stage.wait(.milliseconds(600))
        #expect(stage.child.isInputEnded)
    }
}
