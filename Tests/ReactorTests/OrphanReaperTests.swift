import Glibc
import TestSupport
import Testing

@testable import Reactor

/// In a process of its own, because it reaps every child that isn't a `ChildProcess`.
@Suite(.ownProcess) struct OrphanReaperTests {
    private let rig: TestRig
    private let reaper: OrphanReaper

    init() throws {
        rig = try TestRig()
        reaper = try OrphanReaper(on: rig.loop)
    }

    /// A child without a parent that waits for it, as an orphan is to PID 1.
    private func startOrphan() -> pid_t {
        var pid = pid_t()
        let arguments = [strdup("true"), nil]
        defer { free(arguments[0]) }
        posix_spawn(&pid, "/bin/true", nil, nil, arguments, environ)
        return pid
    }

    private func wait(until condition: () -> Bool) -> Bool {
        let check = {
            // Sent to this thread, because the test's other threads haven't blocked the signal.
            pthread_kill(pthread_self(), SIGCHLD)
            return condition()
        }
        return rig.wait(until: check)
    }

    @Test func `orphans are reaped`() {
        let orphans = (0..<20).map { _ in startOrphan() }
        #expect(orphans.allSatisfy { $0 > 0 })
        #expect(wait { Processes.children.isDisjoint(with: orphans) })
    }

    @Test func `the statuses of own children are left to their observers`() throws {
        let command = ["sh", "-c", "exit 7"]
        let runs = try (0..<20).map { _ in
            _ = startOrphan()
            return try rig.run(command)
        }
        #expect(wait { runs.allSatisfy { $0.exit != nil } })
        #expect(runs.allSatisfy { $0.exit?.status == 7 })
        #expect(wait { Processes.children.isEmpty })
    }
}
