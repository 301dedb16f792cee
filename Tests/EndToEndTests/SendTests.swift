import Glibc
import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct SendTests {
    private let test: GatewayTest
    private var file: String { "\(test.files.path)/results" }

    init() throws { test = try TestRig().gateway() }

    private func call(_ chat: Int, _ text: String) -> String {
        #"{"type":"telegram.send_message","chat_id":\#(chat),"text":"\#(text)"}"# + "\n"
    }

    private func send(_ input: String?, _ arguments: [String] = []) throws -> ProgramRun {
        let run = try test.start(["send"] + arguments)
        guard let input else { return run }
        run.write(input)
        run.endInput()
        return run
    }

    private var arrived: [String] { test.telegram.calls.compactMap { $0.parameters["text"]?.string } }

    @Test func `calls are sent, results printed, and the end has a summary`() throws {
        let run = try send((1...100).map { call($0 % 7 + 1, "\($0)") }.joined())
        #expect(run.wait() == 0)
        #expect(run.output.count == 100)
        let results = try run.output.map { try JSON(parsing: $0) }
        #expect(Set(results.compactMap { $0["line"]?.integer }) == Set(1...100))
        #expect(results.allSatisfy { $0["ok"] == true && $0["result"]?["message_id"] != nil })
        #expect(run.errorText.hasSuffix("100 sent, 0 failed, 0 unknown, 0 skipped"))
        for chat in 1...7 {
            #expect(test.texts(in: Int64(chat)) == (1...100).filter { $0 % 7 + 1 == chat }.map(String.init))
        }
    }

    @Test func `a result is printed as soon as it is known, before the input ends`() throws {
        let run = try send(nil)
        run.write(call(42, "a"))
        #expect(test.wait { run.output.count == 1 })
        run.endInput()
        #expect(run.wait() == 0)
    }

    @Test func `a failed call or bad line gives exit status 1, and the rest is sent`() throws {
        test.telegram.fail(
            method: "sendMessage", chat: 2, with: .error(403, "Forbidden: bot was blocked by the user"))
        let run = try send(call(1, "a") + "oops\n" + call(2, "b") + call(1, "c"))
        #expect(run.wait() == 1)
        #expect(test.texts(in: 1) == ["a", "c"])
        #expect(run.errorText.contains("2 sent, 2 failed, 0 unknown, 0 skipped"))
    }

    @Test func `a dry run prints the calls that it would send, without a token`() throws {
        let run = try test.rig.pipegram(["send", "--dry-run"])
        run.write(
            call(1, "a")
                + #"{"type":"telegram.send_message","chat_id":"@x","text":"b","reply_to":null,"id":5}"#)
        run.write("\n" + call(1, "") + "oops\n")
        run.endInput()
        #expect(run.wait() == 1)
        #expect(
            run.output.prefix(2) == [
                String(call(1, "a").dropLast()),
                #"{"type":"telegram.send_message","chat_id":"@x","text":"b","id":5}"#,
            ])
        let refusals = try run.output.filter { $0.contains("telegram.result") }.map { try JSON(parsing: $0) }
        #expect(refusals.map { $0["line"] } == [3, 4])
        #expect(run.errorText.contains("dry run: 2 would be sent, 2 would fail"))
    }

    @Test func `a broadcast that is killed repeatedly resumes where it stopped`() throws {
        let input = (1...300).map { call($0 % 50 + 1, "\($0)") }.joined()
        for kill in 1...4 {
            let run = try send(input, ["--resume", file])
            let goal = test.telegram.calls.count + Int.random(in: 1...50)
            #expect(test.wait { test.telegram.calls.count >= goal }, "kill \(kill)")
            run.signal(SIGKILL)
            run.wait()
        }
        test.files.write("results", (test.files.read("results") ?? "") + #"{"type":"telegram.res"#)
        let run = try send(input, ["--resume", file])
        #expect(run.wait() == 0)
        #expect(Set(arrived) == Set((1...300).map(String.init)))
        #expect(arrived.count <= 300 + 4 * 32)
        let lines = test.files.read("results")?.split(separator: "\n") ?? []
        #expect(try Set(lines.map { try JSON(parsing: String($0))["line"]?.integer }) == Set(1...300))
        #expect(lines.count == 300)
        let again = try send(input, ["--resume", file])
        #expect(again.wait() == 0)
        #expect(again.output.isEmpty)
        #expect(again.errorText.contains("0 sent, 0 failed, 0 unknown, 300 skipped"))
    }

    @Test func `results of other calls are refused before anything is sent`() throws {
        #expect(try send(call(1, "a") + call(1, "b"), ["--resume", file]).wait() == 0)
        let before = test.files.read("results")
        let run = try send(call(1, "new") + call(1, "a"), ["--resume", file])
        #expect(run.wait() == 65)
        #expect(run.errorText.contains("line 1 of the input differs; nothing was sent"))
        #expect(arrived == ["a", "b"])
        #expect(test.files.read("results") == before)
        test.files.write("results", "my notes\n")
        let notes = try send(call(1, "a"), ["--resume", file])
        #expect(notes.wait() == 65)
        #expect(notes.errorText.contains("\(file) is not a results file: line 1 is not a result"))
        #expect(test.files.read("results") == "my notes\n")
    }

    @Test(arguments: [
        "my notes", "my\nnotes", #"{"type":"telegram.send_message","chat_id":42,"text":"hi"}"#,
    ])
    func `a file that doesn't contain results is left unchanged, even with an incomplete last line`(
        _ text: String
    ) throws {
        test.files.write("results", text)
        let run = try send(call(1, "a"), ["--resume", file])
        #expect(run.wait() == 65)
        #expect(run.errorText.contains("\(file) is not a results file: line "))
        #expect(test.files.read("results") == text)
        #expect(arrived == [])
    }

    @Test func `after a signal, calls in flight finish, and the log says how to resume`() throws {
        test.telegram.fail(method: "sendMessage", chat: 1, with: .delay(.milliseconds(200)))
        test.telegram.fail(method: "sendMessage", chat: 2, with: .tooManyRequests(retryAfter: 60))
        let run = try send(nil, ["--resume", file])
        run.write(call(1, "slow") + call(1, "next") + call(2, "held"))
        #expect(test.wait { test.telegram.calls.count == 2 })
        run.signal(SIGTERM)
        #expect(run.wait() == 128 + SIGTERM)
        #expect(run.output.count == 1)
        #expect(arrived.sorted() == ["held", "slow"])
        #expect(run.errorText.contains("without a result: 2 lines, the first is line 2"))
        #expect(run.errorText.contains("run the same command with --resume \(file) to continue"))
    }

    @Test func `a stop before Telegram was reached says that nothing was sent`() throws {
        let nowhere = ["TELEGRAM_API_URL": "http://127.0.0.1:1"]
        let summary = "0 sent, 0 failed, 0 unknown, 0 skipped; stopped before Telegram answered"
        let run = try test.start(["send", "--chat", "42", "hi"], environment: nowhere)
        #expect(test.waitForLog("can't reach"))
        run.signal(SIGINT)
        #expect(run.wait() == 128 + SIGINT)
        #expect(run.errorText.contains(summary), "\(run.errorText)")
        let limited = try test.start(
            ["send", "--timeout", "100ms", "--chat", "42", "hi"], environment: nowhere)
        #expect(limited.wait() == 75)
        #expect(limited.errorText.contains(summary), "\(limited.errorText)")
        #expect(limited.errorText.hasSuffix("--timeout 0.1s passed before all of the input was sent"))
    }

    @Test func `--timeout limits the wait for a rate limit, and says how to resume`() throws {
        test.telegram.fail(method: "sendMessage", chat: 2, with: .tooManyRequests(retryAfter: 60))
        let run = try send(call(1, "a") + call(2, "held"), ["--timeout", "1s", "--resume", file])
        #expect(run.wait() == 75)
        #expect(run.errorText.contains("1 sent, 0 failed"), "\(run.errorText)")
        #expect(run.errorText.contains("without a result: 1 line, the first is line 2"))
        #expect(run.errorText.contains("run the same command with --resume \(file) to continue"))
    }

    @Test func `a second signal ends it at once`() throws {
        test.telegram.fail(method: "sendMessage", with: .hang)
        let run = try send(nil)
        run.write(call(1, "a"))
        #expect(test.wait { test.telegram.calls.count == 1 })
        run.signal(SIGINT)
        #expect(test.waitForLog("a second signal exits at once"))
        run.signal(SIGINT)
        #expect(run.wait(within: .seconds(3)) == 128 + SIGINT)
    }

    @Test(arguments: [(">/dev/full", "74"), ("| true", "141")])
    func `results are not waited for once their reader is gone`(_ end: String, _ code: String) throws {
        let script = #""$1" send \#(end); echo ${PIPESTATUS[0]} >&2"#
        let run = try test.rig.run(
            ["bash", "-c", script, "sh", ProjectPaths.pipegram], environment: test.variables)
        run.write(call(1, "a"))
        run.endInput()
        // A stop would wait 5 s for a slow reader.
        #expect(run.wait(within: .seconds(4)) == 0)
        #expect(run.errors.last == code)
        #expect(arrived == ["a"])
    }

    @Test func `a token that Telegram refuses at the start ends it`() throws {
        let wrong = try test.start(["send"], environment: ["TELEGRAM_BOT_TOKEN": "7:other"])
        wrong.write(call(1, "a"))
        #expect(wrong.wait() == 77)
    }

    @Test func `while results can't be written no call is sent`() throws {
        test.telegram.fail(method: "sendMessage", times: 1000, with: .delay(.milliseconds(5)))
        let run = try send(nil, ["--resume", file])
        run.write(call(1, "0"))
        #expect(test.wait { run.output.count == 1 })
        try test.limitFiles(of: run, to: 300)
        run.write((1...100).map { call($0, "\($0)") }.joined())
        #expect(test.waitForLog("can't write results"))
        #expect(test.wait { test.telegram.calls.count >= 32 } && test.telegram.calls.count <= 40)
        try test.limitFiles(of: run, to: nil)
        run.endInput()
        #expect(run.wait() == 0)
        #expect(arrived.count == 101)
        #expect(run.output.count == 101)
    }

    @Test func `a stop names the results that a full disk kept out of the file, and prints them`() throws {
        test.telegram.fail(method: "sendMessage", times: 1000, with: .delay(.milliseconds(5)))
        let run = try send(nil, ["--resume", file])
        run.write(call(1, "0"))
        #expect(test.wait { run.output.count == 1 })
        try test.limitFiles(of: run, to: 300)
        run.write((1...8).map { call($0, "\($0)") }.joined())
        #expect(test.waitForLog("can't write results"))
        run.signal(SIGTERM)
        #expect(run.wait() == 128 + SIGTERM)
        #expect(run.output.count == arrived.count)
        #expect(
            run.errorText.contains("couldn't be written to \(file): a resumed run sends those calls again"))
    }

    @Test func `a bot without children: record, jq and send in a pipeline`() throws {
        let script = """
            "$1" record --poll-timeout 10s |
                jq --unbuffered -c '.message | select(.text) | {type: "telegram.send_message", chat_id: .chat.id, text}' |
                "$1" send
            """
        let run = try test.rig.run(
            ["bash", "-c", script, "sh", ProjectPaths.pipegram], environment: test.variables)
        test.say("hello", in: 42)
        test.say("hallo", in: 43)
        #expect(test.wait { test.texts(in: 42) == ["hello"] && test.texts(in: 43) == ["hallo"] })
        test.say("again", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello", "again"] })
        // The first command of the pipeline ends; the others end with their input.
        let recorder = try test.rig.run(["pgrep", "-P", "\(run.pid)", "-f", "record"])
        recorder.wait()
        for pid in recorder.output.compactMap({ pid_t($0) }) { kill(pid, SIGTERM) }
        #expect(run.wait() == 0)
        #expect(test.telegram.pendingUpdates == 0)
    }

    @Test(arguments: [false, true])
    func `no call is sent once the file of results was moved or removed`(isRemoved: Bool) throws {
        let run = try send(nil, ["--resume", file])
        run.write(call(1, "a"))
        #expect(test.wait { run.output.count == 1 })
        if isRemoved { unlink(file) } else { rename(file, file + ".1") }
        run.write(call(1, "b"))
        #expect(test.wait { run.output.count == 2 || run.exit != nil })
        run.write(call(1, "c"))
        #expect(run.wait() == 73)
        #expect(arrived.last != "c")
        #expect(run.errors.count { $0.contains("\(file) was moved, replaced or removed") } == 1)
        #expect(run.errorText.contains("put it back"))
    }

    @Test func `an upload of the file of results is refused`() throws {
        let run = try send(
            #"{"type":"telegram.send_document","chat_id":1,"document":"file://\#(file)"}"# + "\n",
            ["--resume", file])
        #expect(run.wait() == 1)
        #expect(run.output.first?.contains("belongs to the running pipegram") == true)
    }
}
