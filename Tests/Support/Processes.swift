import Glibc
import Reactor

/// What the system knows of processes.
package enum Processes {
    /// A process that ended and waits to be reaped doesn't count.
    package static func isAlive(_ pid: pid_t) -> Bool {
        // `811 (name) S …`, and the name may hold anything.
        let status = text(of: "/proc/\(pid)/stat")
        guard let state = status.split(separator: ")").last?.dropFirst().first else { return false }
        return state != "Z" && state != "X"
    }

    /// Waits until a child has ended, and leaves it to be reaped.
    package static func awaitEnd(_ pid: pid_t) {
        var info = siginfo_t()
        waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
    }

    /// This process's children, those that wait to be reaped too.
    package static var children: Set<pid_t> {
        let threads = Directory.names(in: "/proc/self/task").map {
            text(of: "/proc/self/task/\($0)/children")
        }
        return Set(threads.joined().split(separator: " ").compactMap { pid_t($0) })
    }

    /// How many descriptors this process has open.
    package static var openDescriptors: Int { Directory.names(in: "/proc/self/fd").count - 1 }

    private static func text(of path: String) -> String {
        String(decoding: (try? File.read(path)) ?? [], as: UTF8.self)
    }
}
