import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct SendTextTests {
    private let test: GatewayTest

    init() throws { test = try TestRig().gateway() }

    private func send(_ arguments: [String], _ input: String = "") throws -> ProgramRun {
        let run = try test.start(["send"] + arguments)
        run.write(input)
        run.endInput()
        run.wait()
        return run
    }

    @Test func `stdin is sent as one message to a chat`() throws {
        let run = try send(["--chat", "-42"], "a\n\u{1B}[1mfile:///etc/passwd\u{1B}[0m\nfile:///etc/hosts\n")
        #expect(run.exit?.status == 0)
        #expect(test.texts(in: -42) == ["a\nfile:///etc/passwd\nfile:///etc/hosts"])
        #expect(run.errorText.contains("1 sent, 0 failed"))
    }

    @Test func `the arguments are sent as one message`() throws {
        let run = try send(["--chat", "42", "Good", "morning!"])
        #expect(run.exit?.status == 0)
        #expect(test.texts(in: 42) == ["Good morning!"])
    }

    @Test func `a text after -- may look like an option`() throws {
        #expect(try send(["--chat", "42", "--", "-5 degrees"]).exit?.status == 0)
        #expect(test.texts(in: 42) == ["-5 degrees"])
    }

    @Test func `text over 4,096 characters becomes several messages, in order`() throws {
        let lines = (1...2000).map { "\($0)" }
        #expect(try send(["--chat", "42"], lines.joined(separator: "\n")).exit?.status == 0)
        let texts = test.texts(in: 42)
        #expect(texts.count == 3)
        #expect(texts.allSatisfy { $0.utf16.count <= 4096 })
        #expect(texts.joined(separator: "\n") == lines.joined(separator: "\n"))
    }

    @Test func `a dry run prints the message's call`() throws {
        let run = try send(["--dry-run", "--chat", "@news", "hi"])
        #expect(run.output == [#"{"type":"telegram.send_message","chat_id":"@news","text":"hi"}"#])
    }

    @Test(arguments: [
        (["calls.ndjson"], "<calls.ndjson"), (["hi"], "--chat ID"),
        (["--chat", "Ada", "hi"], "chat's id or @name"),
        (["--chat", "42", " "], "text is empty"),
        (["--chat", "42", "-5 degrees"], "if it is a text to send, put '--' before it"),
    ])
    func `a text without a chat is refused, with a hint`(_ arguments: [String], _ hint: String) throws {
        let run = try send(arguments)
        #expect(run.exit?.status == 64)
        #expect(run.errorText.contains(hint), "\(run.errorText)")
        #expect(test.telegram.calls.isEmpty)
    }

    @Test(arguments: [[], ["--dry-run"]])
    func `invalid lines are warnings, and the first that isn't JSON has a hint`(_ options: [String]) throws {
        let run = try send(options + ["--log-level", "warning"], #"{"type":"x"}"# + "\noops\nagain\n")
        #expect(run.exit?.status == 1)
        #expect(run.errorText.contains("warning line 1 not sent: unknown type 'x'"), "\(run.errorText)")
        #expect(run.errorText.contains("warning line 2 not sent: not JSON"))
        #expect(run.errors.filter { $0.contains("jq -cn --arg text") && $0.contains("--chat ID") }.count == 1)
    }

    @Test func `many invalid lines don't fill the log`() throws {
        let run = try send([], String(repeating: "[]\n", count: 1000))
        #expect(run.errors.filter { $0.contains("not sent") }.count == 10)
        #expect(run.output.count == 1000)
    }
}
