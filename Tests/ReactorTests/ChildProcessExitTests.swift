import Glibc
import Reactor
import TestSupport
import Testing

@Suite(.ownProcess) struct ChildProcessExitTests {
    private let patience = Duration.seconds(10)

    @Test(arguments: [
        ("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill -KILL $$", 137), ("kill -TERM $$", 143),
        ("kill -SEGV $$", 139),
    ])
    func `the exit status is the child's own, or 128 plus the signal`(script: String, status: Int32) throws {
        let loop = try EventLoop()
        let run = try ProgramRun(["sh", "-c", script], on: loop)
        #expect(run.wait() == status)
        #expect(run.timesExited == 1)
    }

    @Test func `a signal reaches the child and its descendants`() throws {
        let loop = try EventLoop()
        let run = try ProgramRun(["sh", "-c", "sleep 100 & echo $!; wait"], on: loop)
        #expect(loop.run(until: { !run.output.isEmpty }, within: patience))
        let grandchild = try #require(pid_t(run.output[0]))
        #expect(Processes.isAlive(grandchild))
        run.signal(SIGTERM)
        #expect(run.wait() == 143)
        #expect(loop.run(until: { !Processes.isAlive(grandchild) }, within: patience))
    }

    @Test func `processes that a child leaves in its process group get SIGTERM`() throws {
        let loop = try EventLoop()
        let script = """
            sleep 100 & echo $!
            (trap '' TERM; echo ready; exec sleep 100) & echo $!
            read -r go; exit 7
            """
        let run = try ProgramRun(["sh", "-c", script], on: loop)
        #expect(loop.run(until: { run.output.count == 3 }, within: patience))
        let grandchildren = run.output.compactMap { pid_t($0) }
        #expect(grandchildren.count == 2)
        run.endInput()
        #expect(run.wait() == 7)
        #expect(loop.run(until: { !Processes.isAlive(grandchildren[0]) }, within: patience))
        #expect(Processes.isAlive(grandchildren[1]), "it ignores SIGTERM")
        kill(grandchildren[1], SIGKILL)
    }

    @Test func `a grandchild in its own session survives and may keep stdout open`() throws {
        let loop = try EventLoop()
        let script = "setsid sh -c 'echo $$; exec sleep 100' & read -r go; echo bye; exit 2"
        let run = try ProgramRun(["sh", "-c", script], on: loop)
        #expect(loop.run(until: { !run.output.isEmpty }, within: patience))
        run.endInput()
        #expect(run.wait(within: patience) == 2)
        #expect(run.output.last == "bye")
        let grandchild = try #require(pid_t(run.output[0]))
        #expect(Processes.isAlive(grandchild))
        kill(grandchild, SIGKILL)
    }

    @Test func `a grandchild that keeps writing doesn't delay the exit`() throws {
        let loop = try EventLoop()
        let run = try ProgramRun(
            ["sh", "-c", "setsid yes $(seq -s, 300) & echo $! >&2; read -r go; exit 2"], on: loop)
        #expect(loop.run(until: { !run.errors.isEmpty && run.output.count > 1000 }, within: patience))
        let grandchild = try #require(pid_t(run.errors[0]))
        run.endInput()
        #expect(run.wait(within: patience) == 2)
        // The gateway closes the pipe when the child exits, so SIGPIPE kills the grandchild.
        #expect(loop.run(until: { !Processes.isAlive(grandchild) }, within: patience))
    }

    @Test func `a signal after the exit does nothing`() throws {
        let loop = try EventLoop()
        let run = try ProgramRun(["true"], on: loop)
        Processes.awaitEnd(run.pid)
        run.signal(SIGTERM)
        #expect(run.wait() == 0)
        run.signal(SIGTERM)
    }

    @Test func `200 children leave no descriptors and no zombies behind`() throws {
        let loop = try EventLoop()
        try ProgramRun(["true"], on: loop).wait()
        let (descriptors, children) = (Processes.openDescriptors, Processes.children)
        for round in 0..<10 {
            let runs = try (0..<20).map { index in
                let run = try ProgramRun(["cat"], on: loop)
                run.write("line\n")
                if index % 4 == 0 { run.signal(SIGKILL) }
                run.endInput()
                return run
            }
            #expect(loop.run(until: { runs.allSatisfy { $0.exit != nil } }, within: patience), "\(round)")
        }
        #expect(Processes.openDescriptors == descriptors)
        #expect(Processes.children == children)
    }
}
