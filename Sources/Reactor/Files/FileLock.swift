import Glibc

/// A lock on a whole file. This process holds it until it closes the file or exits.
package enum FileLock {
    /// How long a dead holder may keep the lock. A process that is killed while it starts a child shares its
    /// descriptors with that child until the child calls execve(2).
    private static let patience: Duration = .seconds(2)

    /// Takes the lock. Returns at once if a running process holds it.
    ///
    /// - Returns: nil if the lock was taken, otherwise the holder's process id; 0 if the id isn't visible here, for
    ///   example because the holder runs in another container.
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

    /// The process id of the lock's holder; 0 if the id isn't visible here, nil if the lock is free.
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
