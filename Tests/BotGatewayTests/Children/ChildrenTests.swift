import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite(.ownProcess) struct ChildrenTests {
    @Test func `a child that ignores the end of its input and SIGTERM gets SIGKILL`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("ignores-sigterm.sh")])
        stage.say("x", in: 42)
        #expect(stage.wait { stage.children.count == 1 })
        #expect(stage.finish())
        // The third problem is the event that wasn't acknowledged.
        #expect(stage.children.problems == 3)
    }

    @Test func `a child blocks in a write while its calls are unanswered`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("floods.sh")])
        stage.answer = nil
        stage.say("x", in: 42)
        #expect(stage.wait { stage.calls.count >= ChildPolicy.maxOpenCalls })
        // The piece that was read last may contain more calls than there is room for.
        let most = ChildPolicy.maxOpenCalls + (1 << 16) / 60
        _ = stage.wait(within: .milliseconds(200)) { stage.calls.count > most }
        #expect(stage.calls.count <= most)
        #expect(stage.kill())
    }

    @Test func `the output of a child that doesn't read its results is paused`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("never-listens.sh")])
        stage.answer = .success(JSON(String(repeating: "x", count: 1000)))
        stage.say("x", in: 42)
        // Without a limit, there would be several hundred thousand calls.
        _ = stage.wait(within: .seconds(1)) { stage.calls.count > 3000 }
        #expect(stage.calls.count > 100)
        #expect(stage.calls.count <= 3000)
        #expect(stage.children.problems == 0)
        #expect(stage.kill())
    }

    @Test func `a bot that exits after each event isn't restarted while its calls pile up`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("one-event.sh")])
        stage.answer = nil
        for number in 1...100 { stage.say("\(number)", in: 42) }
        #expect(stage.wait { stage.calls.count == ChildPolicy.maxOpenCalls })
        _ = stage.wait(within: .milliseconds(100)) { stage.calls.count > ChildPolicy.maxOpenCalls }
        #expect(stage.calls.count == ChildPolicy.maxOpenCalls)
        stage.answer = .success(true)
        for call in stage.calls { call.reply(.success(true)) }
        #expect(stage.wait { stage.calls.count == 100 })
        #expect(stage.texts(in: 42) == (1...100).map(String.init))
        #expect(stage.finish())
    }

    @Test func `a bot with more calls than the limit continues once they are answered`() throws {
        let stage = try TestRig().children(of: [
            "sh", "-c",
            #"i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo '{"type":"telegram.send_message","text":"'$i'"}'; done; cat >/dev/null"#,
        ])
        stage.answer = nil
        stage.say("x", in: 42)
        var answered = 0
        #expect(
            stage.wait {
                while answered < stage.calls.count {
                    stage.calls[answered].reply(.success(true))
                    answered += 1
                }
                return answered == 200
            })
        #expect(stage.texts(in: 42) == (1...200).map(String.init))
        #expect(stage.finish())
    }

    @Test func `a child that waits for a result is not idle`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("asks.sh")]) {
            $0.idleTimeout = .milliseconds(50)
        }
        stage.answer = nil
        stage.say("x", in: 42)
        #expect(stage.wait { stage.calls.count == 1 })
        _ = stage.wait(within: .milliseconds(300)) { stage.children.count == 0 }
        #expect(stage.children.count == 1)
        stage.calls[0].reply(.success(true))
        #expect(stage.wait { stage.children.count == 0 })
    }

    @Test func `a stop waits for results, but not forever`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("asks.sh")])
        stage.answer = nil
        stage.say("x", in: 1)
        stage.say("x", in: 2)
        #expect(stage.wait { stage.calls.count == 2 })
        stage.children.shutDown(.draining)
        let first = stage.calls.firstIndex { $0.scope == .chat(1) }
        stage.calls[first ?? 0].reply(.success("told"))
        #expect(stage.wait { stage.children.isFinished })
        #expect(stage.files.read("1")?.contains("told") == true)
        #expect(stage.files.read("2") == nil)
        #expect(stage.children.problems == 0)
    }

    @Test func `the end of a replay's log doesn't shorten the grace period`() throws {
        let bot = "while read -r line; do sleep 0.1; done"
        let stage = try TestRig().children(of: ["sh", "-c", bot]) {
            $0.pacing = .lockstep(isFile: true)
            $0.stopGrace = .seconds(1)
        }
        for number in 1...12 { stage.say("\(number)", in: 42) }
        #expect(stage.finish())
        #expect(stage.children.problems == 0)
    }

    @Test func `in an interactive session a crash drops one event, and the next starts a child at once`()
        throws
    {
        let bot = """
            while read -r line; do
                case $line in *bang*) echo 'I was hit' >&2; exit 3 ;; esac
                echo '{"type":"telegram.send_message","text":"here"}'
            done
            """
        let stage = try TestRig().children(of: ["sh", "-c", bot]) { $0.failure = .dropEvents }
        var complaints: [String] = []
        stage.children.onStderr { complaints.append("\($0) \($1)") }
        #expect(stage.children.areDone)
        var quickest = Duration.seconds(60)
        for crash in 1...4 {
            stage.say("bang", in: 42)
            #expect(!stage.children.areDone)
            #expect(stage.wait { stage.children.areDone })
            #expect(stage.children.problems == crash)
            let before = Instant.current
            // The bot answers the scope line as well as the event.
            stage.say("x", in: 42)
            #expect(stage.wait { stage.calls.count == 1 + 2 * crash && stage.children.areDone })
            quickest = min(quickest, .current - before)
        }
        #expect(complaints == Array(repeating: "chat:42 I was hit", count: 4))
        // A busy machine may delay some of them.
        #expect(quickest < .milliseconds(450))
        #expect(stage.finish())
        #expect(stage.children.problems == 4)
    }

    @Test func `an observer sees each line that a child is given or writes`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("asks.sh")])
        var (given, written): ([String], [String]) = ([], [])
        stage.children.onLine { scope, direction, bytes in
            let line = try? JSON(parsing: bytes)
            let text = "\(scope) \(line?["type"]?.string ?? "?")"
            if direction == .given { given.append(text) } else { written.append(text) }
        }
        stage.say("x", in: 42)
        #expect(stage.wait { given.count >= 3 })
        #expect(
            given.prefix(3) == ["chat:42 telegram", "chat:42 telegram.message", "chat:42 telegram.result"])
        #expect(written.first?.hasPrefix("chat:42 telegram.") == true)
        #expect(stage.finish())
        #expect(given.last == "chat:42 telegram.disconnect")
    }

    @Test func `if no child is idle, new scopes wait`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("asks.sh")]) { $0.maxChildren = 2 }
        stage.answer = nil
        for chat in 1...4 { stage.say("x", in: Int64(chat)) }
        #expect(stage.wait { stage.calls.count == 2 })
        _ = stage.wait(within: .milliseconds(200)) { stage.children.count > 2 }
        #expect(stage.children.count == 2)
        stage.answer = .success(true)
        for index in 0..<2 { stage.calls[index].reply(.success(true)) }
        #expect(stage.wait { stage.texts(in: 3) == ["1"] && stage.texts(in: 4) == ["1"] })
        #expect(stage.finish())
    }

    @Test func `running out of descriptors delays starts`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("echo.sh")])
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let original = limit
        // Leaves room for a few children, and fills the gaps that other tests left.
        let highest = (0..<Int32(4096)).last { fcntl($0, F_GETFD) >= 0 } ?? 0
        var fillers: [Int32] = []
        while case let filler = fcntl(0, F_DUPFD_CLOEXEC, 0), filler < highest { fillers.append(filler) }
        defer { fillers.forEach { close($0) } }
        limit.rlim_cur = rlim_t(highest) + 24
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        defer {
            var original = original
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &original)
        }
        for chat in 1...20 { stage.say("hello", in: Int64(chat)) }
        #expect(stage.wait { stage.children.count >= 1 && stage.calls.count >= 1 })
        #expect(stage.children.count < 20)
        limit.rlim_cur = original.rlim_cur
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(stage.wait { stage.calls.count == 20 })
        #expect(stage.children.problems == 0)
        #expect(stage.finish())
    }

    @Test func `a missing program is a failure and is retried`() throws {
        let rig = try TestRig()
        let bot = rig.files.write("bot", "#!/bin/sh\ncat >/dev/null\n")
        let stage = try rig.children(of: [bot])
        unlink(bot)
        stage.say("x", in: 42)
        #expect(stage.wait { stage.children.problems == 1 })
        rig.files.write("bot", "#!/bin/sh\nexec \(ProjectPaths.bot("echo.sh"))\n")
        #expect(stage.wait { stage.texts(in: 42) == ["x"] })
        #expect(stage.finish())
    }

    @Test func `a thousand events for one child leave nothing behind`() throws {
        let stage = try TestRig().children(of: [ProjectPaths.bot("echo.sh")])
        for number in 1...1000 { stage.say("\(number)", in: 42) }
        #expect(stage.wait { stage.calls.count == 1000 })
        #expect(stage.texts(in: 42) == (1...1000).map(String.init))
        #expect(stage.finish())
        #expect(stage.journal.isEmpty)
    }
}
