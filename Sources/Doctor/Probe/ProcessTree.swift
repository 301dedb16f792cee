import Glibc
import Reactor

/// A program's processes, from /proc.
enum ProcessTree {
    struct Thread: Equatable {
        let id: pid_t
        /// Running, runnable, or waiting for the disk.
        let isRunning: Bool
    }

    /// A process that outlived its program.
    struct Orphan: Equatable {
        let pid: pid_t
        let command: String
    }

    /// The threads of a process and of its descendants.
    static func threads(of process: pid_t) -> [Thread] {
        var threads: [Thread] = []
        var processes = [process]
        var seen: Set<pid_t> = []
        while let next = processes.popLast(), seen.insert(next).inserted, seen.count < 200 {
            for name in Directory.names(in: "/proc/\(next)/task") {
                guard let id = pid_t(name), let stat = Stat(read("/proc/\(next)/task/\(id)/stat")) else {
                    continue
                }
                threads.append(Thread(id: id, isRunning: "RD".contains(stat.state)))
                let children = String(decoding: read("/proc/\(next)/task/\(id)/children"), as: UTF8.self)
                processes += children.split(separator: " ").compactMap { pid_t($0) }
            }
        }
        return threads
    }

    /// The processes left by an exited program: those in its session or with this variable in their environment.
    static func orphans(of session: pid_t, marked variable: String) -> [Orphan] {
        let mark = Array(variable.utf8)
        return Directory.names(in: "/proc").compactMap { name in
            guard let pid = pid_t(name), pid != getpid(), let stat = Stat(read("/proc/\(pid)/stat")),
                !"ZX".contains(stat.state)
            else { return nil }
            let isMarked = {
                read("/proc/\(pid)/environ").split(separator: 0).contains { $0.elementsEqual(mark) }
            }
            guard stat.session == session || isMarked() else { return nil }
            let words = read("/proc/\(pid)/cmdline").split(separator: 0).map {
                String(decoding: $0, as: UTF8.self)
            }
            return Orphan(pid: pid, command: words.joined(separator: " "))
        }
    }

    private struct Stat {
        let state: Character
        let session: pid_t

        /// `PID (NAME) STATE PPID PGRP SESSION …`, where a name may contain any character.
        init?(_ bytes: [UInt8]) {
            guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
            let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
                .prefix(4).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count == 4, let state = fields[0].first, let session = pid_t(fields[3]) else {
                return nil
            }
            (self.state, self.session) = (state, session)
        }
    }

    private static func read(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}
