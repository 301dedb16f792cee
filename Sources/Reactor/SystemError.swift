import Glibc

/// A system call that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The errno, as errno(3) numbers it.
    public let code: Int32
    /// What was being done, as in "opening updates.ndjson".
    public let doing: String

    public init(_ doing: String, code: Int32 = errno) {
        self.code = code
        self.doing = doing
    }

    /// The system is out of descriptors, processes or memory: it may work later.
    public var isExhaustion: Bool {
        [EMFILE, ENFILE, EAGAIN, ENOMEM, ENOSPC].contains(code)
    }

    /// A file can't grow now; it may later.
    public var isFullDisk: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// The system's words for the errno.
    public var reason: String { String(cString: strerror(code)) }

    public var description: String { "\(doing): \(reason)" }
}
