import Glibc
import Reactor

extension ChildProcess.Exit {
    /// For the log: `status 1`, `killed by SIGSEGV`.
    var words: String {
        guard case let number = status - 128, Self.signalNumbers.contains(number) else {
            return "status \(status)"
        }
        return "killed by " + (Self.signals[number] ?? "signal \(number)")
    }

    /// For metrics: how the child ended by itself.
    var kind: String {
        switch status {
        case 0: "finished"
        case _ where Self.signalNumbers.contains(status - 128): "signaled"
        default: "failed"
        }
    }

    /// The program came to its end, ran out of time, or was killed from outside: it didn't fail.
    var isDoneOrKilled: Bool { status == 0 || status == Self.timedOut || Self.killing.contains(status - 128) }

    /// A program may exit with a higher status itself, as ssh does with 255.
    private static let signalNumbers: ClosedRange<Int32> = 1...64

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
