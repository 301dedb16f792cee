import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The errno; see errno(3).
    package let code: Int32
    /// The attempted operation, as in "opening updates.ndjson".
    package let doing: String

    package init(_ doing: String, code: Int32 = errno) {
        self.code = code
        self.doing = doing
    }

    /// Whether the system is out of descriptors, processes, memory or space, so that a later attempt may succeed.
    package var isExhaustion: Bool {
        [EMFILE, ENFILE, EAGAIN, ENOMEM, ENOSPC].contains(code)
    }

    /// Whether a file can't grow at present.
    package var isFullDisk: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// Whether the reading end of the pipe or socket is closed.
    package var isBrokenPipe: Bool { code == EPIPE }

    /// The system's description of the errno.
    package var reason: String { String(cString: strerror(code)) }

    package var description: String { "\(doing): \(reason)" }
}
