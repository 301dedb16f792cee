import Glibc

/// A new file to which bytes are appended; closed with its last reference.
@MainActor package final class OutputFile {
    package let path: String
    /// In bytes.
    package private(set) var count = 0
    private let descriptor: Int32

    /// Creates a file. Fails with EEXIST if the path exists, even as a dangling symbolic link.
    ///
    /// - Parameter mode: the permissions, before the process's umask is applied.
    package init(creating path: String, mode: mode_t = 0o666) throws(SystemError) {
        // The system would cut the path at a zero byte and create another file.
        guard !path.utf8.contains(0) else { throw SystemError("creating \(path)", code: ENOENT) }
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("creating \(path)") }
        self.path = path
    }

    isolated deinit { close(descriptor) }

    /// Appends all of `bytes`. On a failure, such as a full disk, the bytes written so far stay in the file.
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

    /// Removes all but the first `size` bytes; a shorter file stays as it is.
    package func truncate(to size: Int) throws(SystemError) {
        guard size < count else { return }
        guard ftruncate(descriptor, size) == 0 else { throw SystemError("truncating \(path)") }
        count = size
    }
}
