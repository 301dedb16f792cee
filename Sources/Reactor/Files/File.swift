import Glibc

/// Reads and writes whole files.
package enum File {
    /// - Parameter onlyRegular: fail with EINVAL for anything but a regular file; reading a pipe, for example, might
    ///   never end.
    package static func read(_ path: String, onlyRegular: Bool = false) throws(SystemError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (onlyRegular ? O_NONBLOCK : 0))
        guard descriptor >= 0 else { throw SystemError(path) }
        defer { close(descriptor) }
        if onlyRegular {
            var status = stat()
            fstat(descriptor, &status)
            guard isRegular(status.st_mode) else {
                throw SystemError("\(path), which must be a file", code: EINVAL)
            }
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count >= 0 else { throw SystemError(path) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }

    /// Whether the path, with links resolved, is a regular file and not a directory or a pipe.
    package nonisolated static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && isRegular(status.st_mode)
    }

    /// The absolute path, with symbolic links resolved; nil if there is nothing at it.
    package nonisolated static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    nonisolated static func isRegular(_ mode: mode_t) -> Bool { mode & S_IFMT == S_IFREG }

    /// Replaces the file atomically: a reader sees either the old contents or the new ones.
    package static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = 0o666
    ) throws(SystemError) {
        let draft = "\(path).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError(path) }
        let isWritten = writeAll(bytes, to: descriptor)
        guard close(descriptor) == 0, isWritten, rename(draft, path) == 0 else {
            let error = SystemError(path)
            unlink(draft)
            throw error
        }
    }

    /// Writes all bytes, in several writes if needed. False if the other end is closed or the disk is full.
    @discardableResult
    package nonisolated static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, 1000)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
