import Glibc
import JSON
import TestSupport
import Testing

/// `send` and `status` beside a running gateway.
@Suite(.ownProcess) struct SendRelayTests {
    private let test: GatewayTest

    init() throws { test = try TestRig().gateway() }

    private func start(_ options: [String] = []) throws {
        try test.run(["--log-level", "debug"] + options, bot: "transcript.sh")
        #expect(test.waitForLog("waiting for updates"))
    }

    private func call(_ chat: Int, _ text: String) -> String {
        #"{"type":"telegram.send_message","chat_id":\#(chat),"text":"\#(text)","id":"x"}"# + "\n"
    }

    private func send(_ input: String, _ arguments: [String] = []) throws -> ProgramRun {
        let run = try test.rig.pipegram(["send"] + arguments, environment: test.variables)
        run.write(input)
        run.endInput()
        return run
    }

    /// How many calls the gateway made.
    private var made: Int { test.gateway?.errors.count { $0.contains("sendMessage done") } ?? 0 }

    @Test func `the gateway makes the calls, in order and with the same results`() throws {
        try start()
        test.telegram.fail(
            method: "sendMessage", chat: 3, with: .error(403, "Forbidden: bot was blocked by the user"))
        let run = try send((1...60).map { call($0 % 3 + 1, "\($0)") }.joined() + "oops\n")
        #expect(run.wait() == 1, "\(run.errorText)")
        let results = try run.output.map { try JSON(parsing: $0) }
        #expect(results.count == 61)
        #expect(
            results.count { $0["ok"] == true && $0["result"]?["message_id"] != nil && $0["id"] == "x" } == 59)
        #expect(results.count { $0["error_code"] == 403 } == 1)
        for chat in 1...2 {
            #expect(test.texts(in: Int64(chat)) == (1...60).filter { $0 % 3 + 1 == chat }.map(String.init))
        }
        #expect(test.wait { made == 59 })
        #expect(test.stop() == 0)
    }

    @Test func `a rate limit that send meets is the gateway's`() throws {
        try start()
        test.telegram.fail(
            method: "sendMessage",
            with: .error(429, "Too Many Requests: retry after 1", parameters: ["retry_after": 1]))
        let run = try send(call(42, "a"))
        #expect(test.waitForLog("sendMessage rate-limited"))
        #expect(run.wait() == 0, "\(run.errorText)")
        #expect(test.texts(in: 42) == ["a"])
        #expect(test.stop() == 0)
    }

    @Test func `a call with a file goes directly, in its place`() throws {
        try start()
        let file = test.files.write("cat.png", "cat")
        let photo = #"{"type":"telegram.send_photo","chat_id":42,"photo":"file://\#(file)"}"# + "\n"
        let run = try send(call(42, "a") + photo + call(42, "b"))
        #expect(run.wait() == 0, "\(run.errorText)")
        #expect(
            test.telegram.calls.map(\.method).filter { $0 != "getMe" } == [
                "sendMessage", "sendPhoto", "sendMessage",
            ])
        #expect(test.wait { made == 2 })
        #expect(test.gateway?.errors.contains { $0.contains("sendPhoto") } == false)
        #expect(test.stop() == 0)
    }

    @Test func `a gateway that is killed leaves the call unknown, and the next ones go directly`() throws {
        try start()
        test.telegram.fail(
            method: "sendMessage", chat: 42,
            with: .error(429, "Too Many Requests: retry after 60", parameters: ["retry_after": 60]))
        let run = try send(call(42, "a") + call(42, "b") + call(43, "c"))
        #expect(test.waitForLog("sendMessage rate-limited"))
        #expect(test.wait { test.texts(in: 43) == ["c"] })
        // Its result is back, so it can't become unknown.
        #expect(test.wait { run.output.count == 1 })
        #expect(test.stop(SIGKILL) == 128 + SIGKILL)
        #expect(run.wait() == 1)
        #expect(run.output.count { $0.contains(#""state":"unknown""#) } == 1)
        #expect(test.texts(in: 42) == ["b"])
    }

    @Test func `status asks the gateway, and says that one hangs`() throws {
        try start()
        let running = try test.command(["status", "--json"])
        #expect(running.status == 0 && running.text.contains(#""running":true"#))
        test.gateway?.signal(SIGSTOP)
        let hanging = try test.command(["status"])
        #expect(hanging.status == 1)
        #expect(hanging.errorText.contains("the gateway doesn't answer"))
        #expect(hanging.output.contains { $0.hasPrefix("bot") })
        test.gateway?.signal(SIGCONT)
        #expect(test.stop() == 0)
    }
}
