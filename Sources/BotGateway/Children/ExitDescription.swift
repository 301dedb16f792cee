import Glibc
import Reactor

extension ChildProcess.Exit {
    /// For the log: `status 1`, `killed by SIGSEGV`.
    var words: String {
        guard let number = Self.signal(of: status) else { return "status \(status)" }
        let reason = isOutOfMemory ? ": it reached --limit memory" : ""
        return "killed by " + (Self.signals[number] ?? "signal \(number)") + reason
    }

    /// For metrics: how the child ended by itself.
    var kind: String {
        if status == 0 { return "finished" }
        return Self.signal(of: status) == nil ? "failed" : "signaled"
    }

    /// The program came to its end, ran out of time, or was killed from outside: it didn't fail.
    var isDoneOrKilled: Bool { status == 0 || status == Self.timedOut || Self.killing.contains(status - 128) }

    /// The status of timeout(1).
    private static let timedOut: Int32 = 124

    /// Signals that say nothing about a fault of the program.
    private static let killing = [SIGHUP, SIGINT, SIGKILL, SIGALRM, SIGTERM, SIGXCPU]

    private static let signals: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV",
        SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
        SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
    ]
}
