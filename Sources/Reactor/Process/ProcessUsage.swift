import Glibc

/// What this process uses of the machine.
package struct ProcessUsage {
    /// Processor time, of the process and its threads.
    package let cpu: Duration
    /// In bytes.
    package let residentMemory: Int
    package let openFiles: Int
    package let openFilesLimit: Int

    /// - SeeAlso: proc_pid_statm(5)
    package static var current: ProcessUsage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let cpu = [usage.ru_utime, usage.ru_stime].reduce(Duration.zero) {
            $0 + .seconds($1.tv_sec) + .microseconds($1.tv_usec)
        }
        let pages = (try? File.read("/proc/self/statm"))?.split(separator: UInt8(ascii: " ")) ?? []
        let resident = pages.count > 1 ? Int(String(decoding: pages[1], as: UTF8.self)) ?? 0 : 0
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessUsage(
            cpu: cpu, residentMemory: resident * sysconf(Int32(_SC_PAGESIZE)),
            openFiles: Directory.names(in: "/proc/self/fd").count,
            openFilesLimit: Int(clamping: limit.rlim_cur))
    }
}
