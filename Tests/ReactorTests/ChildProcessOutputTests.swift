import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct ChildProcessOutputTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    @Test func `stdout and stderr arrive line by line, and the last line needs no newline`() throws {
        let run = try rig.run(["sh", "-c", #"printf 'a\r\n\nb'; printf 'one\ntwo' >&2"#])
        #expect(run.wait() == 0)
        #expect(run.output == ["a\r", "", "b"])
        #expect(run.errors == ["one", "two"])
    }

    @Test func `a line is reported as soon as it arrives`() throws {
        let gate = rig.gate()
        let run = try rig.run(
            ["sh", "-c", "echo here; echo there >&2; read -r go <$GATE"], environment: gate.environment)
        #expect(wait { run.output == ["here"] && run.errors == ["there"] })
        gate.open()
        #expect(run.wait() == 0)
    }

    @Test(arguments: [3_000_000, 2_999_999])
    func `a line of 3 MB is reported whole, or truncated if it exceeds the limit`(limit: Int) throws {
        let script = "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next"
        let run = try rig.run(["sh", "-c", script], lineLimit: limit)
        #expect(run.wait() == 0)
        let long = String(repeating: "x", count: 3_000_000)
        #expect((run.output.first == (limit == 3_000_000 ? long : "too long: \(long.prefix(1024))")) as Bool)
        #expect(run.output.dropFirst() == ["next"])
    }

    @Test func `a line on stderr is truncated to 4 KB`() throws {
        let run = try rig.run([
            "sh", "-c", "exec >&2; head -c 4096 /dev/zero; echo; head -c 4097 /dev/zero; echo; echo next",
        ])
        #expect(run.wait() == 0)
        #expect(run.errors.map(\.utf8.count) == [4096, "too long: ".utf8.count + 1024, 4])
    }

    @Test func `all output is reported before the exit`() throws {
        let run = try rig.run(["sh", "-c", "seq 20000; seq 20000 >&2; printf last; exit 3"])
        #expect(run.wait() == 3)
        #expect(run.output == (1...20_000).map { "\($0)" } + ["last"])
        #expect(run.errors.count == 20_000)
    }

    @Test func `closing stdout is reported once and doesn't count as the exit`() throws {
        let gate = rig.gate()
        let run = try rig.run(
            ["sh", "-c", "printf bye; exec >&-; read -r go <$GATE; exit 4"], environment: gate.environment)
        #expect(wait { run.closedPipes == 1 })
        #expect(run.output == ["bye"])
        #expect(run.exit == nil)
        gate.open()
        #expect(run.wait() == 4)
    }

    // MARK: pausing

    @Test func `a paused output is not read, and nothing is lost`() throws {
        let gate = rig.gate()
        // The child keeps running: once it exits, the rest is read at once, paused or not.
        let run = try rig.run(["sh", "-c", "seq 100000; read -r go <$GATE"], environment: gate.environment)
        var pauses = 0
        var pausedAt = 0
        run.onOutput = { [unowned run] _ in
            // Lines of the same read still arrive.
            guard run.output.count % 20_000 == 0 else { return }
            pauses += 1
            run.pauseOutput()
            loop.after(.milliseconds(1)) {
                pausedAt = run.output.count
                loop.after(.milliseconds(1)) {
                    #expect(run.output.count == pausedAt)
                    run.resumeOutput()
                }
            }
        }
        #expect(wait { run.output.count == 100_000 })
        gate.open()
        #expect(run.wait() == 0)
        #expect(pauses == 5)
        #expect(run.output == (1...100_000).map { "\($0)" })
    }

    @Test func `a pause neither delays the exit nor loses earlier output`() throws {
        let run = try rig.run(["sh", "-c", "seq 1000; printf last; echo oops >&2; exit 5"])
        run.pauseOutput()
        run.onOutput = { [unowned run] _ in run.pauseOutput() }
        #expect(run.wait() == 5)
        #expect(run.output == (1...1000).map { "\($0)" } + ["last"])
        #expect(run.errors == ["oops"])
    }

    @Test func `the exit is reported once, however often the output is paused and resumed`() throws {
        let run = try rig.run(["sh", "-c", "echo one; printf two"])
        run.pauseOutput()
        Processes.awaitEnd(run.pid)
        run.onOutput = { [unowned run] _ in
            for _ in 0..<2 {
                run.resumeOutput()
                run.pauseOutput()
            }
        }
        #expect(run.wait() == 0)
        #expect(!wait(within: .milliseconds(2)) { run.timesExited > 1 })
        #expect(run.output == ["one", "two"])
    }

    @Test func `a paused child that closes its stdout keeps its last line`() throws {
        let gate = rig.gate()
        let run = try rig.run(
            ["sh", "-c", "seq 100; printf last; exec >&-; echo closed >&2; read -r go <$GATE"],
            environment: gate.environment)
        run.pauseOutput()
        #expect(wait { run.errors == ["closed"] })
        #expect(run.output == [])
        run.resumeOutput()
        #expect(wait { run.closedPipes == 1 })
        #expect(run.output == (1...100).map { "\($0)" } + ["last"])
        gate.open()
        #expect(run.wait() == 0)
    }
}
