import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The errno, as errno(3) numbers it.
    package let code: Int32
    /// What was being done, as in "opening updates.ndjson".
    package let doing: String

    package init(_ doing: String, code: Int32 = errno) {
        self.code = code
        self.doing = doing
    }

    /// The system is out of descriptors, processes or memory: it may work later.
    package var isExhaustion: Bool {
        [EMFILE, ENFILE, EAGAIN, ENOMEM, ENOSPC].contains(code)
    }

    /// A file can't grow now; it may later.
    package var isFullDisk: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// Nobody reads the pipe or socket any more.
    package var isBrokenPipe: Bool { code == EPIPE }

    /// The system's words for the errno.
    package var reason: String { String(cString: strerror(code)) }

    package var description: String { "\(doing): \(reason)" }
}
