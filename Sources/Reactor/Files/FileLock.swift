import CSystem
import Glibc

/// A lock on a whole file, held until its descriptor is closed.
///
/// It belongs to the open file description (fcntl(2), F_OFD_SETLK), so other descriptors of the file may be closed.
package enum FileLock {
    /// How long a holder without a visible, living process may keep the lock: one that took it for a moment, or a
    /// process that is killed while it starts a child, and shares its descriptors with that child until the child calls
    /// execve(2).
    private static let patience: Duration = .seconds(2)

    /// Takes the lock. Returns at once if a process that can be seen here holds it.
    ///
    /// - Returns: nil if the lock was taken, otherwise the holder's process id; 0 if the id isn't visible here, for
    ///   example because the holder runs in another container.
    package static func take(_ descriptor: Int32, of path: String) throws(SystemError) -> pid_t? {
        try take(descriptor, of: path, lock_open_file)
    }

    /// The same for a moment, for which another process that wants the lock waits.
    package static func takeBriefly(_ descriptor: Int32, of path: String) throws(SystemError) -> pid_t? {
        try take(descriptor, of: path, lock_open_file_briefly)
    }

    private static func take(
        _ descriptor: Int32, of path: String, _ lock: (Int32) -> Int32
    ) throws(SystemError) -> pid_t? {
        let deadline = Instant.current + patience
        while true {
            let code = lock(descriptor)
            if code == 0 { return nil }
            guard [EACCES, EAGAIN].contains(code) else { throw SystemError(path, code: code) }
            if let holder = holder(of: descriptor), isAlive(holder) || .current > deadline { return holder }
            // Without a timer, because the loop doesn't run yet at a start. Later only a moved --record file is opened,
            // which no other process should hold.
            usleep(5000)
        }
    }

    /// The process id of the lock's holder; 0 if the id isn't visible here, nil if the lock is free.
    package static func holder(of descriptor: Int32) -> pid_t? {
        let holder = lock_holder(descriptor)
        return holder < 0 ? nil : holder
    }

    private static func isAlive(_ pid: pid_t) -> Bool { pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH) }
}
