import Glibc

/// A child's process group: its program, and the processes that this started there.
struct ProcessGroup {
    /// The child. In a box it is bwrap(1), outside of it.
    let leader: pid_t
    let isBoxed: Bool
    /// Its cgroup; nil if it has none of its own.
    let place: Place?

    struct Place {
        private let group: ControlGroup
        private let path: String

        init(_ group: ControlGroup, _ path: String) { (self.group, self.path) = (group, path) }

        /// Removes the cgroup after the leader's end. Returns whether the memory didn't suffice.
        func leave() -> Bool { group.remove(path) }
    }

    /// The bot's program; nil while bwrap hasn't started it yet.
    var program: pid_t? {
        guard isBoxed else { return leader }
        // bwrap's child is the first process of the box, and starts the program.
        return Self.children(of: leader).first.flatMap { Self.children(of: $0).first }
    }

    func signal(_ number: Int32) {
        // bwrap itself would die of it at once, and the kernel would kill what is in the box.
        let inside = isBoxed && number != SIGKILL ? members : []
        guard !inside.isEmpty else {
            kill(-leader, number)
            return
        }
        for process in inside { kill(process, number) }
    }

    /// The processes of the group that are in the box.
    private var members: [pid_t] {
        var members: [pid_t] = []
        var rest = Self.children(of: leader).flatMap(Self.children)
        while let process = rest.popLast() {
            rest += Self.children(of: process)
            if getpgid(process) == leader { members.append(process) }
        }
        return members
    }

    private static func children(of process: pid_t) -> [pid_t] {
        Directory.names(in: "/proc/\(process)/task").flatMap { thread in
            let list = (try? File.read("/proc/\(process)/task/\(thread)/children")) ?? []
            return String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
        }
    }
}
