import Glibc
import JSON
import TestSupport
import Testing

@Suite(.longOwnProcess) struct RecordTests {
    private let test: GatewayTest
    private var file: String { "\(test.files.path)/log" }

    init() throws { test = try TestRig().gateway() }

    private var lines: [String] {
        test.files.read("log")?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            .dropLast() ?? []
    }

    private func ids() throws -> [Int64?] { try lines.map { try JSON(parsing: $0)["update_id"]?.integer } }

    @discardableResult
    private func record(_ arguments: [String] = []) throws -> ProgramRun {
        try test.start(["record", "--poll-timeout", "10s"] + arguments)
    }

    @Test func `each update is written unchanged and confirmed once it is in the file`() throws {
        let first = #"{"update_id":9001,"poll":{"z":1.50,"id":"5"}}"#
        test.telegram.addRaw(bytes: Array(first.utf8), id: 9001)
        try record([file])
        #expect(test.wait { test.telegram.pendingUpdates == 0 && !lines.isEmpty })
        #expect(lines == [first])
        test.say("привет", in: 42)
        #expect(test.wait { lines.count == 2 })
        #expect(lines[1].hasSuffix(#""text":"привет"}}"#))
        #expect(test.stop() == 0)
        #expect(test.telegram.pendingUpdates == 0)
        #expect(test.gateway?.output.isEmpty == true)
        #expect(test.gateway?.errorText.contains("signed in as @demo_bot, id 7; recording updates") == true)
    }

    @Test func `without a file updates go to stdout as they come`() throws {
        let run = try record()
        test.say("one", in: 42)
        #expect(test.wait { run.output.count == 1 })
        test.say("two", in: 42)
        #expect(test.wait { run.output.count == 2 && test.telegram.pendingUpdates == 0 })
        #expect(test.stop(SIGINT) == 0)
    }

    @Test func `record ends when the reader of stdout does`() throws {
        for number in 1...3 { test.say("\(number)", in: 42) }
        let script = #""$1" record --poll-timeout 1s | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}"#
        let run = try test.rig.run(
            ["bash", "-c", script, "sh", ProjectPaths.pipegram], environment: test.variables)
        // SIGPIPE only comes with the first update after head has exited.
        let isOver = test.wait {
            if test.telegram.pendingUpdates == 0 { test.say("more", in: 42) }
            return run.exit != nil
        }
        #expect(isOver)
        #expect(run.output == ["141"])
        #expect(test.telegram.pendingUpdates == 1)
    }

    @Test func `a slow reader delays only the updates`() throws {
        let run = try record()
        run.pauseOutput()
        for number in 1...30 { test.say(String(repeating: "\(number % 10)", count: 3000), in: 42) }
        #expect(test.wait { test.telegram.polls.count > 0 })
        #expect(test.waitForLog("recording updates"))
        test.gateway?.signal(SIGTERM)
        test.gateway?.signal(SIGTERM)
        run.resumeOutput()
        #expect([0, 128 + SIGTERM].contains(run.wait(within: .seconds(4))))
    }

    @Test func `an incomplete last line is removed, and existing updates aren't written twice`() throws {
        test.say("one", in: 42)
        var run = try record([file])
        #expect(test.wait { lines.count == 1 })
        run.signal(SIGKILL)
        run.wait()
        // Another server delivers the update again.
        let other = try TestRig().gateway()
        other.say("one", in: 42)
        other.say("two", in: 42)
        test.files.write("log", (test.files.read("log") ?? "") + #"{"update_id":90"#)
        run = try other.start(["record", "--poll-timeout", "10s", file])
        #expect(other.wait { lines.count == 2 && other.telegram.pendingUpdates == 0 })
        #expect(try ids() == [9001, 9002])
        #expect(other.stop() == 0)
    }

    @Test func `while the disk is full nothing is confirmed, and recording resumes by itself`() throws {
        let run = try record([file])
        test.say("one", in: 42)
        #expect(test.wait { lines.count == 1 && test.telegram.pendingUpdates == 0 })
        try test.limitFiles(of: run, to: 200)
        for number in 2...5 { test.say("\(number)", in: 42) }
        #expect(test.waitForLog("can't record updates"))
        #expect(test.telegram.pendingUpdates > 0)
        try test.limitFiles(of: run, to: nil)
        #expect(test.wait { lines.count == 5 && test.telegram.pendingUpdates == 0 })
        #expect(try ids() == [9001, 9002, 9003, 9004, 9005])
        #expect(run.errors.count { $0.contains("can't record updates") } == 1)
        #expect(test.waitForLog("can be written again"))
        #expect(test.stop() == 0)
    }

    @Test func `repeated kills lose nothing and write nothing twice`() throws {
        for round in 0..<4 {
            let run = try record(["--log-level", "error", file])
            for number in 1...40 { test.say("\(round) \(number)", in: 42) }
            let goal = Int.random(in: 1...40) + round * 40
            #expect(test.wait { lines.count >= goal })
            run.signal(SIGKILL)
            run.wait()
        }
        try record([file])
        #expect(test.waitForLog("recording updates"))
        #expect(test.wait { lines.count >= 160 && test.telegram.pendingUpdates == 0 })
        #expect(try ids() == (9001...9160).map { Int64($0) })
        #expect(test.stop() == 0)
    }

    @Test func `a second recorder of a file is refused with the pid of the first`() throws {
        let first = try record([file])
        test.say("one", in: 42)
        #expect(test.wait { lines.count == 1 })
        let second = try test.command(["record", file], environment: ["TELEGRAM_API_URL": test.telegram.url])
        #expect(second.exit?.status == 73)
        #expect(second.errorText.contains("\(file) is in use by process \(first.pid)"))
        #expect(test.stop() == 0)
    }

    @Test func `a gateway records all updates, even those that no child gets`() throws {
        try test.run(["--record", file, "--no-state"], bot: "echo.sh")
        test.telegram.add(["id": "1", "question": "?"], as: "poll")
        test.say("hello", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        #expect(test.stop() == 0)
        #expect(try lines.map { try JSON(parsing: $0).keys[1] } == ["poll", "message"])
    }

    @Test func `beside the bot's gateway it ends at once and says how to record there`() throws {
        let gateway = try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        let url = ["TELEGRAM_API_URL": test.telegram.url]
        let second = try test.command(["record", "--redact", file], environment: url)
        #expect(second.exit?.status == 75)
        #expect(second.errorText.contains("(process \(gateway.pid))"), "\(second.errorText)")
        #expect(second.errorText.hasSuffix("record with it: pipegram run --record \(file) --redact …"))
        #expect(test.files.read("log") == nil)
        #expect(test.stop() == 0)
    }

    @Test func `a gateway takes no updates that it can't record`() throws {
        let run = try test.run(["--record", file, "--no-state"], bot: "echo.sh")
        test.say("one", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["one"] })
        try test.limitFiles(of: run, to: 200)
        test.say("two", in: 42)
        #expect(test.waitForLog("no update is accepted until then"))
        #expect(test.texts(in: 42) == ["one"])
        #expect(test.telegram.pendingUpdates > 0)
        try test.limitFiles(of: run, to: nil)
        #expect(test.wait { test.texts(in: 42) == ["one", "two"] })
        #expect(test.stop() == 0)
    }

    @Test func `a redacted record can be replayed`() throws {
        test.telegram.add(
            [
                "message_id": 1, "date": 1_700_000_000, "text": "/start Ada",
                "entities": [["type": "bot_command", "offset": 0, "length": 6]],
                "chat": ["id": 42, "type": "private", "first_name": "Ada"],
            ], as: "message")
        try record(["--redact", file])
        #expect(test.wait { lines.count == 1 && test.telegram.pendingUpdates == 0 })
        #expect(test.stop() == 0)
        #expect(!lines[0].contains("Ada"))
        let replay = try test.command(["replay", file, "--", ProjectPaths.bot("echo.sh")])
        #expect(replay.exit?.status == 0)
        #expect(replay.output.first?.contains(#""chat_id":42,"text":"/start "#) == true)
    }

    @Test func `--redact without --record is refused with the fix`() throws {
        let run = try test.command(["run", "--redact", "--", "cat"])
        #expect(run.exit?.status == 64)
        #expect(run.errorText.contains("--redact requires --record FILE"))
    }

    @Test(arguments: [false, true], [false, true])
    func `a record whose file was moved or removed goes on in a new file`(
        isRemoved: Bool, isGateway: Bool
    ) throws {
        if isGateway {
            try test.run(["--record", file], bot: "echo.sh")
        } else {
            try record([file])
        }
        test.say("one", in: 42)
        #expect(test.wait { lines.count == 1 && test.telegram.pendingUpdates == 0 })
        if isRemoved { unlink(file) } else { rename(file, file + ".1") }
        test.say("two", in: 42)
        #expect(test.wait { lines.count == 1 && test.telegram.pendingUpdates == 0 })
        #expect(try ids() == [9002])
        #expect(test.files.read("log.1")?.contains("9001") == (isRemoved ? nil : true))
        #expect(test.gateway?.errors.count { $0.contains("moved or removed") } == 1)
        #expect(test.stop() == 0)
    }

    @Test func `SIGHUP makes a new file in the place of one that was moved`() throws {
        let run = try record([file])
        test.say("one", in: 42)
        #expect(test.wait { lines.count == 1 && test.telegram.pendingUpdates == 0 })
        run.signal(SIGHUP)
        rename(file, file + ".1")
        run.signal(SIGHUP)
        #expect(test.wait { test.files.read("log") == "" })
        test.say("two", in: 42)
        #expect(test.wait { lines.count == 1 && test.telegram.pendingUpdates == 0 })
        run.signal(SIGKILL)
        run.wait()
        #expect(try ids() == [9002])
        #expect(test.files.read("log.1")?.contains("9001") == true)
    }

    @Test func `while the file's directory is gone nothing is confirmed`() throws {
        let folder = "\(test.files.path)/logs"
        mkdir(folder, 0o700)
        let run = try record(["\(folder)/log"])
        test.say("one", in: 42)
        #expect(test.wait { test.telegram.pendingUpdates == 0 && test.files.read("logs/log") != nil })
        rename(folder, folder + ".1")
        test.say("two", in: 42)
        #expect(test.waitForLog("can't record updates (\(folder)/log: No such file or directory)"))
        #expect(test.telegram.pendingUpdates == 1)
        rename(folder + ".1", folder)
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        #expect(test.files.read("logs/log")?.contains("9002") == true)
        #expect(run.errors.count { $0.contains("can't record updates") } == 1)
        #expect(test.stop() == 0)
    }
}
