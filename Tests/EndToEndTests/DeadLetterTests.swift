import Glibc
import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct DeadLetterTests {
    /// A bot that crashes on "poison" until the file "antidote" exists, and records what else it reads.
    private func bot(_ test: GatewayTest) -> [String] {
        let script = """
            #!/bin/sh
            while read -r line; do
                case $line in *poison*) [ -e "$TRANSCRIPTS/antidote" ] || exit 3 ;; esac
                printf '%s\\n' "$line" >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID"
            done
            """
        return ["--", test.files.write("bot.sh", script)]
    }

    /// A running gateway with one dead letter for each chat.
    private func test(chats: ClosedRange<Int64>) throws -> GatewayTest {
        let test = try TestRig().gateway()
        // An event would count as acknowledged if its child's end came later than that.
        try test.run(["--ack-timeout", "2s", "--max-deliveries", "1"] + bot(test))
        for chat in chats { test.say("poison \(chat)", in: chat) }
        #expect(test.wait { (try? test.count("dead_letters")) == Int64(chats.count) })
        return test
    }

    private func poison(_ test: GatewayTest, _ chat: Int64) -> [String] {
        test.transcript(of: chat).filter { $0.contains("poison") }
    }

    @Test func `dead letters are printed as updates that replay accepts`() throws {
        let test = try test(chats: 42...43)
        let letters = try test.command(["dead-letters"])
        #expect(letters.exit?.status == 0)
        #expect(letters.errors.isEmpty)
        let updates = try letters.output.map { try JSON(parsing: $0) }
        #expect(Set(updates.compactMap { $0["message"]?["text"]?.string }) == ["poison 42", "poison 43"])
        #expect(updates.allSatisfy { $0.keys == ["update_id", "message"] })
        let replay = try test.rig.pipegram(["replay", "-", "--", ProjectPaths.bot("echo.sh")])
        replay.write(letters.output.map { $0 + "\n" }.joined())
        replay.endInput()
        #expect(replay.wait() == 0)
        let calls = try replay.output.map { try JSON(parsing: $0)["text"]?.string }
        #expect(Set(calls) == ["poison 42", "poison 43"])
    }

    @Test func `a running gateway redelivers dead letters at once, each once and marked`() throws {
        let test = try test(chats: 42...44)
        test.files.write("antidote", "")
        let retry = try test.command(["dead-letters", "--retry"])
        #expect(retry.exit?.status == 0)
        #expect(retry.output.isEmpty)
        #expect(retry.errorText.contains("3 dead letters will be redelivered"))
        #expect(test.wait { (42...44).allSatisfy { !self.poison(test, $0).isEmpty } })
        #expect(test.waitForLog("redelivering 3 dead letters"))
        test.gateway?.signal(SIGUSR2)
        test.say("after", in: 42)
        #expect(test.wait { test.transcript(of: 42).last?.contains("after") == true })
        #expect(test.wait { (try? test.count("events")) == 0 })
        #expect(test.stop() == 0)
        for chat in 42...44 {
            #expect(poison(test, Int64(chat)).count == 1)
            #expect(poison(test, Int64(chat)).allSatisfy { $0.hasSuffix(",\"redelivered\":true}") })
        }
        #expect(try test.count("dead_letters") == 0)
    }

    @Test func `a starting gateway redelivers dead letters once and marked, even after kills`() throws {
        let test = try test(chats: 42...42)
        test.gateway?.signal(SIGKILL)
        test.gateway?.wait()
        let retry = try test.command(["dead-letters", "--retry"])
        #expect(retry.errorText.contains("1 dead letter will be redelivered when the gateway starts"))
        #expect(
            try test.command(["status"]).output.contains { $0.hasSuffix("1, 1 marked for retry") })
        test.files.write("antidote", "")
        try test.run(["--ack-timeout", "10ms", "--max-deliveries", "1"] + bot(test))
        #expect(test.wait { self.poison(test, 42).count == 1 && (try? test.count("events")) == 0 })
        test.gateway?.signal(SIGKILL)
        test.gateway?.wait()
        try test.run(["--ack-timeout", "10ms", "--max-deliveries", "1"] + bot(test))
        test.say("after", in: 42)
        #expect(test.wait { test.transcript(of: 42).last?.contains("after") == true })
        #expect(test.stop() == 0)
        #expect(poison(test, 42).map { $0.hasSuffix(",\"redelivered\":true}") } == [true])
        let none = try test.command(["dead-letters", "--retry"])
        #expect(none.exit?.status == 0 && none.errorText.hasSuffix("there are no dead letters"))
    }

    @Test func `an event that kills its children again becomes a dead letter again`() throws {
        let test = try test(chats: 42...42)
        try test.command(["dead-letters", "--retry"])
        #expect(
            test.wait {
                test.gateway?.errors.filter { $0.contains("became a dead letter") }.count == 2
            })
        #expect(test.wait { (try? test.count("dead_letters")) == 1 })
        #expect(test.stop() == 0)
    }

    @Test func `dead letters are dropped on request`() throws {
        let test = try test(chats: 42...43)
        let clear = try test.command(["dead-letters", "--clear"])
        #expect(clear.exit?.status == 0)
        #expect(clear.errorText == "pipegram: 2 dead letters dropped")
        #expect(try test.command(["dead-letters"]).output.isEmpty)
        #expect(try test.command(["dead-letters", "--clear", "--retry"]).exit?.status == 64)
    }

    @Test(arguments: ["auto", "exit", "event"])
    func `an event is a dead letter after a program that never reads its stdin ran on it`(_ rule: String)
        throws
    {
        let test = try TestRig().gateway()
        // As much as echo(1) does, whatever it is given.
        let bot = #"echo '{"type":"telegram.send_message","text":"hello"}'"#
        let gateway = try test.run(["--ack", rule, "--max-deliveries", "2", "--", "sh", "-c", bot])
        test.say("x", in: 42)
        #expect(test.waitForLog("dead letter: 2 children ended without reading it"))
        #expect(test.stop() == 0)
        #expect(test.texts(in: 42) == ["hello", "hello"])
        #expect(try test.count("dead_letters") == 1)
        #expect(gateway.errorText.contains("status 0, before it read its event"))
    }
}
