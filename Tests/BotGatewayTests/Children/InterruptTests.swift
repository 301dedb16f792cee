import Glibc
import TestSupport
import Testing

@testable import BotGateway

@Suite struct InterruptTests {
    private func stage(_ adjust: (inout ChildPolicy) -> Void = { _ in }) throws -> FakeChildren {
        try TestRig().fakeChildren {
            var options = PlainTextOptions()
            options.interrupt = "/stop"
            $0.dialect = .plainText(options)
            adjust(&$0)
        }
    }

    @Test func `the message interrupts a busy child, and isn't given to it`() throws {
        let stage = try stage()
        stage.say("work")
        stage.child.readAll()
        stage.say("/Stop")
        #expect(stage.child.signals == [SIGINT])
        stage.say("next")
        stage.child.readAll()
        #expect(stage.child.linesWritten == ["work", "next"])
        stage.child.exit()
        #expect(stage.isEmpty)
    }

    @Test(arguments: [true, false]) func `a child that ends by it hasn't failed`(hasRead: Bool) throws {
        let stage = try stage()
        stage.say("work")
        if hasRead { stage.child.readAll() }
        let first = stage.child
        stage.say("/stop")
        first.exit(status: SIGINT)
        stage.say("next")
        #expect(stage.child !== first)
        #expect(stage.child.linesWritten == ["next"])
    }

    @Test func `a child that crashes on a later event has failed`() throws {
        let stage = try stage()
        stage.say("work")
        stage.child.readAll()
        stage.say("/stop")
        stage.say("next")
        stage.child.readAll()
        stage.child.exit(status: 1 << 8)
        #expect(stage.journal.stored.events.count == 1)
    }

    @Test func `a child that waits for input isn't interrupted`() throws {
        let stage = try stage()
        stage.say("work")
        stage.child.readAll()
        stage.child.isReadingInput = true
        stage.say("/stop")
        #expect(stage.child.signals.isEmpty)
        #expect(stage.child.linesWritten == ["work"])
    }

    @Test func `for an idle chat it starts no child, and the next message arrives`() throws {
        let stage = try stage()
        for _ in 1...3 { stage.say("/stop") }
        #expect(stage.started.isEmpty && stage.isEmpty)
        #expect(stage.children.sessions.isEmpty)
        stage.say("hello")
        #expect(stage.started.count == 1 && stage.child.signals.isEmpty)
        #expect(stage.child.linesWritten == ["hello"])
    }

    @Test func `a message that comes after it isn't dropped`() throws {
        let stage = try stage()
        stage.say("work")
        let first = stage.child
        stage.say("/stop")
        stage.say("next")
        first.exit(status: SIGINT)
        #expect(stage.child !== first)
        #expect(stage.child.linesWritten == ["next"])
    }

    @Test func `a replay skips the message`() throws {
        let stage = try stage { $0.pacing = .lockstep(isFile: true) }
        stage.say("work")
        stage.say("/stop")
        #expect(stage.child.signals.isEmpty)
    }

    @Test(arguments: [
        ("/stop", true), ("/STOP", true), ("/stop@demo_bot", true), ("/stop@other_bot", false),
        ("/stop now", false), ("stop", false),
    ]) func `in a group, the command may name the bot`(text: String, isInterrupt: Bool) {
        var options = PlainTextOptions()
        options.interrupt = "/stop"
        #expect(options.isInterrupt(text, bot: "demo_bot") == isInterrupt)
    }
}
