import Glibc
import JSON
import TestSupport
import Testing

@Suite(.ownProcess) struct JournalTests {
    @Test func `events waiting at a kill are delivered by the next gateway, marked`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "never-reads.sh")
        for number in 1...3 { test.say("\(number)", in: 42) }
        #expect(test.waitForLog("child started"))
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        try test.run(bot: "transcript.sh")
        #expect(test.wait { test.transcript(of: 42).count == 4 })
        let lines = test.transcript(of: 42).dropFirst()
        #expect(lines.allSatisfy { $0.hasSuffix(",\"redelivered\":true}") })
        #expect(lines.map { $0.contains("\"text\":\"1\"") } == [true, false, false])
        #expect(test.stop() == 0)
    }

    @Test func `events waiting at a stop are delivered by the next gateway, unmarked`() throws {
        let test = try TestRig().gateway()
        try test.run(["--stop-grace", "100ms"], bot: "never-reads.sh")
        for number in 1...3 { test.say("\(number)", in: 42) }
        #expect(test.waitForLog("child started"))
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        #expect(test.stop() == 0)
        try test.run(bot: "transcript.sh")
        #expect(test.wait { test.transcript(of: 42).count == 4 })
        #expect(test.transcript(of: 42).allSatisfy { !$0.contains("redelivered") })
    }

    @Test func `a call in flight at a kill is sent again, before its scope's events`() throws {
        let test = try TestRig().gateway()
        test.telegram.fail(method: "sendMessage", with: .hang)
        let gateway = try test.run(["--ack-timeout", "50ms"], bot: "echo.sh")
        test.say("first", in: 42)
        #expect(test.wait { test.telegram.calls.contains { $0.method == "sendMessage" } })
        // The event is acknowledged, so only the call is left.
        #expect(test.wait { (try? test.count("events")) == 0 && (try? test.count("calls")) == 1 })
        gateway.signal(SIGKILL)
        gateway.wait()
        test.say("second", in: 42)
        test.telegram.fail(
            method: "sendMessage", with: .error(500, "Internal Server Error"))
        try test.run(bot: "echo.sh")
        #expect(test.wait { test.texts(in: 42) == ["first", "second"] })
        #expect(test.stop() == 0)
        #expect(test.texts(in: 42) == ["first", "second"])
    }

    @Test func `state survives the gateway`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "state.sh")
        test.say("x", in: 42)
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1", "2"] })
        #expect(test.wait { (try? test.count("states")) == 1 && (try? test.count("calls")) == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        test.say("x", in: 43)
        try test.run(bot: "state.sh")
        #expect(test.wait { test.texts(in: 43) == ["1"] })
        test.say("x", in: 42)
        #expect(test.wait { Int(test.texts(in: 42).last ?? "") ?? 0 >= 3 })
    }

    @Test func `a scheduled event survives kill -9 and starts a child`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "wakes.sh", environment: ["DELAY": "4"])
        test.say("tea", in: 42)
        #expect(test.wait { (try? test.count("wakes")) == 1 && test.texts(in: 42) == ["soon"] })
        gateway.signal(SIGKILL)
        gateway.wait()
        try test.run(["--ack-timeout", "50ms"], bot: "wakes.sh")
        #expect(test.wait { test.texts(in: 42).last == "tea" })
        #expect(test.wait { (try? test.count("events")) == 0 && (try? test.count("wakes")) == 0 })
        #expect(test.stop() == 0)
    }

    @Test func `an idle child is started again by its scheduled event`() throws {
        let test = try TestRig().gateway()
        try test.run(["--idle-timeout", "100ms"], bot: "wakes.sh", environment: ["DELAY": "2"])
        test.say("tea", in: 42)
        #expect(test.waitForLog("status 0 (idle)"))
        #expect(test.wait { test.texts(in: 42) == ["soon", "tea"] })
        #expect(test.stop() == 0)
    }

    @Test func `a second gateway is refused with the pid of the first`() throws {
        let test = try TestRig().gateway()
        let first = try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        let pid = first.pid
        let second = try test.run(bot: "echo.sh")
        #expect(second.wait() == 73)
        #expect(second.errorText.contains("is in use by process \(pid)"))
        #expect(second.errorText.contains("--state DIR"))
        first.signal(SIGKILL)
        first.wait()
        try test.run(bot: "echo.sh")
        #expect(test.waitForLog("waiting for updates"))
        #expect(test.stop() == 0)
    }

    @Test func `a broken journal is refused with a clear message and left unchanged`() throws {
        let test = try TestRig().gateway()
        test.files.write("journal.db", String(repeating: "diary ", count: 999))
        let gateway = try test.run(["--state", test.files.path], bot: "echo.sh")
        #expect(gateway.wait() == 65)
        #expect(gateway.errorText.contains("\(test.files.path)/journal.db is corrupt, or not a journal"))
        #expect(test.files.read("journal.db") == String(repeating: "diary ", count: 999))
    }

    @Test func `a state directory that can't be created is refused with a clear message`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--state", "/proc/nowhere"], bot: "echo.sh")
        #expect(gateway.wait() == 73)
        #expect(gateway.errorText.contains("can't use the state directory /proc/nowhere"))
    }

    @Test func `without a state directory everything is in memory, and the log says so`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--no-state"], bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] })
        #expect(test.stop() == 0)
        #expect(
            gateway.errorText.contains("--no-state: unfinished events and calls are kept in memory and lost"))
        #expect(test.files.read("state/pipegram/7/lock") == nil)
    }

    @Test func `an event that kills its children becomes a dead letter, and its scope continues`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(
            [
                "--", "sh", "-c",
                #"while read -r line; do case $line in *poison*) exit 3;; *after*) echo '{"type":"telegram.send_message","text":"here"}';; esac; done"#,
            ])
        test.say("poison", in: 42)
        test.say("after", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["here"] })
        #expect(
            gateway.errorText.contains("update 9001 became a dead letter: 3 children died on it"))
        #expect(gateway.errors.filter { $0.contains("status 3") }.count == 3)
        #expect(test.wait { (try? test.count("dead_letters")) == 1 })
        #expect(test.stop() == 0)
    }
}

@Suite(.ownProcess) struct CallsAfterRestartTests {
    @Test func `answers survive a revoked token`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--ack-timeout", "50ms", "--stop-timeout", "1s"], bot: "echo.sh")
        #expect(test.wait { !test.telegram.polls.isEmpty })
        test.telegram.fail(method: "sendMessage", times: 1000, with: .error(401, "Unauthorized"))
        test.say("x", in: 42)
        #expect(test.wait { test.telegram.calls.contains { $0.method == "sendMessage" } })
        test.telegram.fail(method: "getUpdates", times: 1000, with: .error(401, "Unauthorized"))
        test.say("y", in: 43)
        #expect(test.waitForLog("getUpdates rejected: 401"))
        // PollerFaultTests waits for the end after 30 s, in no time.
        gateway.signal(SIGTERM)
        #expect(gateway.wait() == 0)
        test.telegram.clearFaults()
        try test.run(bot: "echo.sh")
        #expect(test.wait { test.texts(in: 42) == ["x"] && test.texts(in: 43) == ["y"] })
        #expect(test.stop() == 0)
    }

    @Test func `a rate-limited chat stays on hold after a restart`() throws {
        let test = try TestRig().gateway()
        test.telegram.fail(method: "sendMessage", with: .tooManyRequests(retryAfter: 3))
        let gateway = try test.run(["--ack-timeout", "50ms"], bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { (try? test.count("holds")) == 1 && (try? test.count("events")) == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        try test.run(bot: "echo.sh")
        test.say("y", in: 43)
        #expect(test.wait { test.texts(in: 43) == ["y"] })
        #expect(test.texts(in: 42).isEmpty)
        #expect(test.wait { test.texts(in: 42) == ["x"] })
        #expect(test.stop() == 0)
    }

    @Test func `a group's new id is remembered after a restart`() throws {
        let test = try TestRig().gateway()
        test.telegram.fail(method: "sendMessage", chat: -42, with: .migrated(to: -1_000_000_000_042))
        let gateway = try test.run(bot: "echo.sh")
        test.say("x", in: -42)
        #expect(test.wait { test.texts(in: -1_000_000_000_042) == ["x"] })
        #expect(test.wait { (try? test.count("migrations")) == 1 && (try? test.count("calls")) == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        try test.run(bot: "echo.sh")
        test.say("y", in: -42)
        #expect(test.wait { test.texts(in: -1_000_000_000_042).last == "y" })
        #expect(test.texts(in: -42).isEmpty)
        #expect(test.stop() == 0)
    }
}
