import Glibc

/// A lock on a whole file, which this process holds until it closes the file or ends.
package enum FileLock {
    /// How long one that was killed may hold it on: a process that dies while it starts a child leaves its
    /// descriptors to it, until that is a program of its own.
    private static let patience: Duration = .seconds(2)

    /// Takes the lock, and waits for nobody who lives.
    ///
    /// - Returns: the process that has it; 0 where it can't be seen from here, as from another container; nil once the
    ///   lock is taken.
    package static func take(_ descriptor: Int32, of path: String) throws(SystemError) -> pid_t? {
        let deadline = Instant.current + patience
        while true {
            var request = wholeFile
            if fcntl(descriptor, F_SETLK, &request) == 0 { return nil }
            let error = SystemError(path)
            guard [EACCES, EAGAIN].contains(error.code) else { throw error }
            if let holder = holder(of: descriptor), isAlive(holder) || .current > deadline { return holder }
            usleep(5000)
        }
    }

    /// The process that has the lock; 0 where it can't be seen from here, nil where nobody has it.
    package static func holder(of descriptor: Int32) -> pid_t? {
        var request = wholeFile
        guard fcntl(descriptor, F_GETLK, &request) == 0, request.l_type != F_UNLCK else { return nil }
        return max(0, request.l_pid)
    }

    private static func isAlive(_ pid: pid_t) -> Bool { pid == 0 || kill(pid, 0) == 0 || errno != ESRCH }

    private static var wholeFile: flock {
        flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }
}
