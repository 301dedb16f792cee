import CSystem
import Glibc

/// Reaps processes that aren't children of the program's own. As PID 1 of a container, it becomes the parent of each
/// process whose parent has ended.
@MainActor package final class OrphanReaper {
    private let loop: EventLoop
    private var signals: Signals?
    private var isLookDue = false

    package init(on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        signals = try Signals([SIGCHLD], on: loop) { [unowned self] _ in reap() }
    }

    isolated deinit { signals?.close() }

    private func reap() {
        while case let pid = ended_child(), pid > 0 {
            // Its status belongs to the child's observer. Others may have ended after it.
            guard !ChildProcess.isRunning(pid) else { return lookAgain() }
            waitpid(pid, nil, WNOHANG)
        }
    }

    private func lookAgain() {
        guard !isLookDue else { return }
        isLookDue = true
        loop.after(.milliseconds(10)) { [weak self] in
            self?.isLookDue = false
            self?.reap()
        }
    }
}
