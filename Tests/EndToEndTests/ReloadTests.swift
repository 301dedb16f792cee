import Glibc
import TestSupport
import Testing

@Suite(.longOwnProcess) struct ReloadTests {
    @Test func `SIGHUP replaces a child between two events and tells it why`() throws {
        let test = try TestRig().gateway()
        let bot = test.files.write("bot", "#!/bin/sh\nVERSION=1 exec \(ProjectPaths.bot("last-words.sh"))\n")
        let gateway = try test.run(["--", bot])
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        test.files.write("new", "#!/bin/sh\nexec \(ProjectPaths.bot("echo.sh"))\n")
        rename("\(test.files.path)/new", bot)
        gateway.signal(SIGHUP)
        #expect(test.wait { test.texts(in: 42) == ["hello", "bye: reload"] })
        test.say("y", in: 42)
        #expect(test.wait { test.texts(in: 42).last == "y" })
        #expect(test.stop() == 0)
    }

    @Test(arguments: ["auto", "event"])
    func `a reload under load loses nothing and delivers nothing twice`(_ ack: String) throws {
        let talk = try TestRig().longConversation(updates: 400, chats: 20)
        let gateway = try talk.run(["--ack", ack], odds: 0)
        for _ in 1...4 {
            talk.say(100)
            let goal = talk.answered + Int.random(in: 1...60)
            #expect(talk.test.wait { talk.answered >= goal })
            gateway.signal(SIGHUP)
        }
        talk.finish(twice: false)
    }

    @Test(arguments: ["auto", "event"])
    func `stops and starts under load lose nothing and deliver nothing twice, however short the grace`(
        _ ack: String
    ) throws {
        let talk = try TestRig().longConversation(updates: 400, chats: 20)
        let options = ["--ack", ack, "--stop-grace", "100ms", "--log-level", "warning"]
        var gateways: [ProgramRun] = []
        for _ in 1...4 {
            gateways.append(try talk.run(options, odds: 0))
            talk.say(100)
            let goal = talk.answered + Int.random(in: 1...60)
            #expect(talk.test.wait { talk.answered >= goal })
            #expect(talk.test.stop() == 0)
        }
        let polls = talk.test.telegram.polls.count
        _ = try talk.run(options, odds: 0)
        #expect(talk.test.wait { talk.test.telegram.polls.count > polls })
        // On a busy machine, a child may take longer for its event than the grace, and is ended.
        let wasEnded = gateways.contains { $0.errorText.contains("did not end within") }
        talk.finish(twice: wasEnded)
    }
}
