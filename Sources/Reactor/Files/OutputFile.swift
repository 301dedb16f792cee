import Glibc

/// A new file that grows at its end; closed with its last reference.
@MainActor package final class OutputFile {
    package let path: String
    /// How many bytes it has.
    package private(set) var count = 0
    private let descriptor: Int32

    /// Creates a file where there is none, not even a symbolic link; EEXIST otherwise.
    ///
    /// - Parameter mode: who may do what with it, less the process's umask.
    package init(creating path: String, mode: mode_t = 0o666) throws(SystemError) {
        // A zero byte would end the path for the system, which would create another file.
        guard !path.utf8.contains(0) else { throw SystemError("creating \(path)", code: ENOENT) }
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("creating \(path)") }
        self.path = path
    }

    isolated deinit { close(descriptor) }

    /// Writes all of `bytes`, or as many as there is room for, and fails.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let written = pwrite(descriptor, piece.baseAddress, piece.count, count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemError("writing \(path)") }
            count += written
            rest = rest.dropFirst(written)
        }
    }

    /// Throws away what comes after the first `size` bytes; a shorter file stays as it is.
    package func truncate(to size: Int) throws(SystemError) {
        guard size < count else { return }
        guard ftruncate(descriptor, size) == 0 else { throw SystemError("shortening \(path)") }
        count = size
    }
}
