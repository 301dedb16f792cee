import Glibc
import Reactor
import TestSupport
import Testing

@Suite(.ownProcess) struct ChildProcessExitTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    @Test(arguments: [
        ("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill -KILL $$", 137), ("kill -TERM $$", 143),
        ("kill -SEGV $$", 139),
    ])
    func `the exit status is the child's own, or 128 plus the signal`(script: String, status: Int32) throws {
        let run = try rig.run(["sh", "-c", script])
        #expect(run.wait() == status)
        #expect(run.timesExited == 1)
    }

    @Test func `a signal reaches the child and its descendants`() throws {
        let run = try rig.run(["sh", "-c", "sleep 100 & echo $!; wait"])
        #expect(wait { !run.output.isEmpty })
        let grandchild = try #require(pid_t(run.output[0]))
        #expect(Processes.isAlive(grandchild))
        run.signal(SIGTERM)
        #expect(run.wait() == 143)
        #expect(wait { !Processes.isAlive(grandchild) })
    }

    @Test func `processes that a child leaves in its process group get SIGTERM`() throws {
        let script = """
            sleep 100 & echo $!
            (trap '' TERM; echo ready; exec sleep 100) & echo $!
            read -r go; exit 7
            """
        let run = try rig.run(["sh", "-c", script])
        #expect(wait { run.output.count == 3 })
        let grandchildren = run.output.compactMap { pid_t($0) }
        #expect(grandchildren.count == 2)
        run.endInput()
        #expect(run.wait() == 7)
        #expect(wait { !Processes.isAlive(grandchildren[0]) })
        #expect(Processes.isAlive(grandchildren[1]), "it ignores SIGTERM")
        kill(grandchildren[1], SIGKILL)
    }

    @Test func `a grandchild in its own session survives and may keep stdout open`() throws {
        let script = "setsid sh -c 'echo $$; exec sleep 100' & read -r go; echo bye; exit 2"
        let run = try rig.run(["sh", "-c", script])
        #expect(wait { !run.output.isEmpty })
        run.endInput()
        #expect(run.wait() == 2)
        #expect(run.output.last == "bye")
        let grandchild = try #require(pid_t(run.output[0]))
        #expect(Processes.isAlive(grandchild))
        kill(grandchild, SIGKILL)
    }

    @Test func `a grandchild that keeps writing doesn't delay the exit`() throws {
        let run = try rig.run(["sh", "-c", "setsid yes $(seq -s, 300) & echo $! >&2; read -r go; exit 2"])
        #expect(wait { !run.errors.isEmpty && run.output.count > 1000 })
        let grandchild = try #require(pid_t(run.errors[0]))
        run.endInput()
        #expect(run.wait() == 2)
        // The gateway closes the pipe when the child exits, so SIGPIPE kills the grandchild.
        #expect(wait { !Processes.isAlive(grandchild) })
    }

    @Test func `a signal after the exit does nothing`() throws {
        let run = try rig.run(["true"])
        Processes.awaitEnd(run.pid)
        run.signal(SIGTERM)
        #expect(run.wait() == 0)
        run.signal(SIGTERM)
    }

    @Test func `200 children leave no descriptors and no zombies behind`() throws {
        try rig.run(["true"]).wait()
        let (descriptors, children) = (Processes.openDescriptors, Processes.children)
        for round in 0..<10 {
            let runs = try (0..<20).map { index in
                let run = try rig.run(["cat"])
                run.write("line\n")
                if index % 4 == 0 { run.signal(SIGKILL) }
                run.endInput()
                return run
            }
            #expect(wait { runs.allSatisfy { $0.exit != nil } }, "\(round)")
        }
        #expect(Processes.openDescriptors == descriptors)
        #expect(Processes.children == children)
    }
}
