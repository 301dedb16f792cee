import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct AcknowledgingTests {
    @Test func `an event is acknowledged after all output from before its child took the next one is read`()
        throws
    {
        let rig = try TestRig()
        let journal = FakeJournal(isDurable: false)
        // The last eight are written while output is paused, because 32 calls are unanswered.
        let say =
            #"i=0; while [ $i -lt $1 ]; do i=$((i+1)); echo '{"type":"telegram.send_message","text":"x"}'; done"#
        let bot =
            "say() { \(say); }; read -r scope; read -r first; say 32; until [ -e \(rig.files.path)/go ]; do sleep 0.01; done; say 8; read -r second; exec cat"
        let test = try rig.children(of: ["sh", "-c", bot], keepingIn: journal)
        test.answer = nil
        var callsAtAcknowledgement: [Int] = []
        journal.onAcknowledge = { _ in callsAtAcknowledgement.append(test.calls.count) }
        for text in ["first", "second"] { test.say(text) }
        #expect(test.wait { test.calls.count == 32 })
        rig.files.write("go", "")
        #expect(test.wait { !callsAtAcknowledgement.isEmpty })
        #expect(callsAtAcknowledgement == [40])
        test.children.shutDown(.killing)
        for call in test.calls { call.reply(.success(true)) }
        #expect(test.wait { test.children.count == 0 })
    }

    @Test func `an acknowledged event leaves the ack timer, however long the timeout`() throws {
        let journal = FakeJournal(isDurable: false)
        let test = try TestRig().children(of: ["sh", "-c", "exec cat >/dev/null"], keepingIn: journal) {
            $0.acknowledgement = .auto(timeout: .seconds(1_000_000_000))
        }
        for number in 1...500 { test.say("\(number)") }
        #expect(test.wait { journal.acknowledged.count == 499 })
        #expect(test.children.context.ackTimer.count < 100)
        #expect(test.kill())
    }

    @Test func `in a replay a plain program's output isn't split when its event is acknowledged`() throws {
        // The bot is always busy, because a sleeping program could be taken for one that has finished.
        let bot =
            "read -r a; echo one; i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; echo two; read -r b"
        let test = try TestRig().children(of: ["sh", "-c", bot]) {
            $0.acknowledgement = .auto(timeout: .milliseconds(10))
            $0.dialect = .plainText()
            $0.pacing = .lockstep(isFile: true)
            $0.stopGrace = .seconds(60)
        }
        test.say("x")
        #expect(test.wait { !test.calls.isEmpty })
        #expect(test.texts(in: 42) == ["one\ntwo"])
        #expect(test.kill())
    }
}
