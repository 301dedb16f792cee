import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct ChildProcessInputTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    @Test func `cat echoes each line and exits at the end of its input`() throws {
        let run = try rig.run(["cat"])
        run.write("one\n")
        run.write("two\nthree\n")
        #expect(wait { run.output.count == 3 })
        #expect(run.exit == nil)
        run.endInput()
        #expect(run.wait() == 0)
        #expect(run.output == ["one", "two", "three"])
        #expect(run.exit?.unread == 0)
    }

    @Test func `a write is reported as read once its last byte was read`() throws {
        let gate = rig.gate()
        let script = """
            dd bs=1 count=4 status=none of=/dev/null; echo all but one
            read -r go <$GATE
            dd bs=1 count=1 status=none of=/dev/null; read -r go <$GATE
            """
        let run = try rig.run(["sh", "-c", script], environment: gate.environment)
        run.write("12345")
        #expect(wait { run.output == ["all but one"] })
        #expect(run.timesTaken == 0)
        #expect(run.unread == 1)
        gate.open()
        #expect(wait { run.timesTaken == 1 })
        #expect(run.unread == 0)
        gate.open()
        #expect(run.wait() == 0)
        #expect(run.timesTaken == 1)
    }

    @Test func `a child that is blocked reading stdin is told apart from one that works`() throws {
        let gate = rig.gate()
        let script = "read -r line; echo works; read -r go <$GATE; echo done; while :; do :; done"
        let run = try rig.run(["sh", "-c", script], environment: gate.environment)
        #expect(wait { run.isReadingInput == true })
        run.write("x\n")
        #expect(wait { run.output == ["works"] })
        #expect(run.isReadingInput != true)
        gate.open()
        #expect(wait { run.output.count == 2 && run.isReadingInput == false })
        run.signal(SIGKILL)
        run.wait()
    }

    @Test func `each write that was read is reported, and two that were read together only once`() throws {
        let gate = rig.gate()
        let run = try rig.run(["sh", "-c", "read -r go <$GATE; exec cat"], environment: gate.environment)
        run.write("one\n")
        run.write("two\n")
        #expect(run.unread == 8)
        gate.open()
        #expect(wait { run.timesTaken == 1 })
        for times in 2...5 {
            run.write("more\n")
            #expect(wait { run.timesTaken == times })
        }
        run.endInput()
        #expect(run.wait() == 0)
        #expect(run.output.count == 6)
        #expect(run.timesTaken == 5)
    }

    @Test func `a line longer than the pipe arrives whole and is reported once`() throws {
        let run = try rig.run(["cat"])
        let line = String(repeating: "line ", count: 40_000)
        run.write(line + "\n")
        #expect(wait { run.output.count == 1 && run.timesTaken == 1 })
        #expect(run.output == [line])
        run.endInput()
        #expect(run.wait() == 0)
    }

    @Test func `writes of any length keep their order`() throws {
        let run = try rig.run(["cat"])
        let lines = (0..<300).map { "\($0) " + String(repeating: "x", count: $0 * 37 % 9000) }
        lines.forEach { run.write($0 + "\n") }
        run.endInput()
        #expect(run.wait() == 0)
        #expect(run.output == lines)
    }

    @Test func `a slow reader gets a backlog of 10 MB and then the end of its input`() throws {
        let gate = rig.gate()
        let script = "read -r go <$GATE; dd bs=3000 status=none | wc -c"
        let run = try rig.run(["sh", "-c", script], environment: gate.environment)
        run.write([UInt8](repeating: UInt8(ascii: "x"), count: 10_000_000))
        run.endInput()
        #expect(run.unread == 10_000_000)
        gate.open()
        #expect(run.wait() == 0)
        #expect(run.output == ["10000000"])
        #expect(run.exit?.unread == 0)
    }

    @Test func `nothing is written after the end of the input`() throws {
        let run = try rig.run(["cat"])
        run.write("one\n")
        run.endInput()
        run.write("two\n")
        run.endInput()
        #expect(run.wait() == 0)
        #expect(run.output == ["one"])
    }

    @Test(arguments: [(10, 4), (10, 0), (4096, 4096), (100_000, 10), (100_000, 50_000)])
    func `unread bytes are counted when the child exits`(written: Int, read: Int) throws {
        let run = try rig.run(["head", "-c", "\(read)"])
        // head reads no more than it is asked for.
        run.write([UInt8](repeating: UInt8(ascii: "x"), count: written))
        #expect(run.wait() == 0)
        #expect(run.exit?.unread == written - read)
    }

    @Test(arguments: [(10, 4), (10, 0), (10, 10), (4096, 1), (100_000, 50_000)])
    func `unread bytes are also counted after the end of the input`(written: Int, read: Int) throws {
        let run = try rig.run(["head", "-c", "\(read)"])
        run.write([UInt8](repeating: UInt8(ascii: "x"), count: written))
        run.endInput()
        #expect(run.wait() == 0)
        #expect(run.exit?.unread == written - read)
    }

    @Test func `a running child that closes its stdin is reported once and causes no further work`() throws {
        let gate = rig.gate()
        let run = try rig.run(
            ["sh", "-c", "exec <&-; echo closed; read -r go <$GATE"], environment: gate.environment)
        run.write(String(repeating: "x", count: 10_000))
        #expect(wait { run.output == ["closed"] && run.closedPipes > 0 })
        run.write("more")
        run.endInput()
        var (turns, rested) = (0, false)
        loop.after(.milliseconds(20)) { rested = true }
        let hasRested = {
            turns += 1
            return rested
        }
        #expect(wait(until: hasRested))
        #expect(turns < 10)
        #expect(run.closedPipes == 1)
        #expect(run.timesTaken == 0)
        gate.open()
        #expect(run.wait() == 0)
        #expect(run.exit?.unread == 10_004)
    }

    @Test func `writing to an exited child is harmless`() throws {
        let run = try rig.run(["true"])
        Processes.awaitEnd(run.pid)
        run.write("too late\n")
        #expect(run.wait() == 0)
        #expect(run.exit?.unread == 9)
        run.write("much too late\n")
    }
}
