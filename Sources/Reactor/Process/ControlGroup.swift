import CSystem
import Glibc

/// The cgroup (version 2) of this process, if the service manager leaves it to this process. Below it, each child gets a
/// group of its own, whose limits count for all of the child's processes together.
///
/// - SeeAlso: https://systemd.io/CGROUP_DELEGATION
package final class ControlGroup {
    /// The group of a child.
    struct Member {
        let path: String
        /// Its `cgroup.procs`, which the child joins.
        let processes: Int32
    }

    /// The directory of this process's group.
    private let directory: String
    /// Of `memory` and `pids`, those that the service manager allows.
    private let controllers: Set<String>
    private var lastNumber = 0
    /// The groups of children that left processes behind.
    private var leftovers: [String] = []

    /// Nil if the group isn't delegated, or has neither controller.
    ///
    /// - Parameters:
    ///   - root: where the cgroups are mounted.
    ///   - membership: this process's groups, as in /proc/self/cgroup.
    package init?(root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup")
        throws(SystemError)
    {
        let lines = String(decoding: (try? File.read(membership)) ?? [], as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("0::") }) else { return nil }
        let path = line.dropFirst(3)
        directory = path == "/" ? root : "\(root)\(path)"
        let known = Set(Self.words("\(directory)/cgroup.controllers"))
        controllers = Set(["memory", "pids"].filter { known.contains($0[...]) })
        guard Self.isDelegated(directory), !controllers.isEmpty else { return nil }
        // A group with controllers for those below it has no processes of its own.
        let own = "\(directory)/gateway"
        guard mkdir(own, 0o755) == 0 || errno == EEXIST else { throw SystemError(own) }
        try Self.write("0", to: "\(own)/cgroup.procs")
        try Self.write(
            controllers.sorted().map { "+\($0)" }.joined(separator: " "),
            to: "\(directory)/cgroup.subtree_control")
    }

    /// systemd marks the groups that it delegates.
    private static func isDelegated(_ directory: String) -> Bool {
        is_marked(directory, "user.delegate") == 1 || is_marked(directory, "trusted.delegate") == 1
    }

    private static func words(_ path: String) -> [Substring] {
        String(decoding: (try? File.read(path)) ?? [], as: UTF8.self).split { $0 == " " || $0 == "\n" }
    }

    private static func write(_ text: String, to path: String) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemError(path) }
    }

    /// Whether groups limit the number of processes.
    package var limitsProcesses: Bool { controllers.contains("pids") }

    // MARK: children

    func makeMember(_ limits: ProcessLimits) throws(SystemError) -> Member {
        leftovers.removeAll { rmdir($0) == 0 }
        lastNumber += 1
        let path = "\(directory)/child-\(lastNumber)"
        guard mkdir(path, 0o755) == 0 else { throw SystemError(path) }
        do throws(SystemError) {
            if limits.memory > 0, controllers.contains("memory") {
                try Self.write(String(limits.memory), to: "\(path)/memory.max")
                // A kernel without swap has no such file.
                try? Self.write("0", to: "\(path)/memory.swap.max")
                try? Self.write("1", to: "\(path)/memory.oom.group")
            }
            if limits.processes > 0, limitsProcesses {
                try Self.write(String(limits.processes), to: "\(path)/pids.max")
            }
            let processes = open("\(path)/cgroup.procs", O_WRONLY | O_CLOEXEC)
            guard processes >= 0 else { throw SystemError(path) }
            return Member(path: path, processes: processes)
        } catch {
            rmdir(path)
            throw error
        }
    }

    /// Removes an ended child's group. Returns whether the kernel killed the child for want of memory.
    func remove(_ path: String) -> Bool {
        let events = Self.words("\(path)/memory.events")
        let kills = events.firstIndex(of: "oom_kill").map { events.dropFirst($0 + 1).first ?? "0" }
        if rmdir(path) != 0 { leftovers.append(path) }
        return kills ?? "0" != "0"
    }
}
