import CSystem
import Glibc

/// A regular file, opened for being sent; closed with its last reference.
///
/// Whatever becomes of its path, it stays the file that was opened: what was found out about it holds for what
/// is read of it.
@MainActor package final class InputFile {
    /// Why a file can't be sent.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        /// As it was given.
        package let path: String
        /// `is a directory`, `is not a regular file`, or the system's words, as in `Permission denied`.
        package let reason: String
        /// The system is out of descriptors or memory: it may work later.
        package let isExhaustion: Bool

        package var description: String { "\(path): \(reason)" }
    }

    /// As it was given.
    package let path: String
    /// Where it was when it was opened, without symbolic links; with ` (deleted)` at its end where it has no
    /// name any more.
    package let resolvedPath: String
    /// In bytes, when it was opened: as many are sent.
    package let size: Int
    private let descriptor: Int32

    /// Opens a file; nothing but a regular file is touched, so that a FIFO can't hold anybody up.
    package init(_ path: String) throws(Refusal) {
        var mode: mode_t = 0
        var size: Int64 = 0
        // A zero byte would end the path for the system, which would open another file.
        let file = path.utf8.contains(0) ? -ENOENT : open_regular_file(path, &mode, &size)
        guard file >= 0 else { throw Refusal(path: path, mode: mode, code: -file) }
        self.path = path
        self.size = Int(size)
        descriptor = file
        resolvedPath = Self.target(of: "/proc/self/fd/\(file)") ?? path
    }

    isolated deinit { close(descriptor) }

    /// Reads from `offset` on as much as fits into `buffer` and the file has; 0 at its end.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
            if count >= 0 { return count }
            guard errno == EINTR else { throw SystemError("reading \(path)") }
        }
    }

    private static func target(of link: String) -> String? {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &path, path.count)
        return count > 0 ? String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}

extension InputFile.Refusal {
    fileprivate init(path: String, mode: mode_t, code: Int32) {
        self.path = path
        let error = SystemError("opening", code: code)
        if mode & S_IFMT == S_IFDIR {
            reason = "is a directory"
        } else {
            reason = mode == 0 || File.isRegular(mode) ? error.reason : "is not a regular file"
        }
        isExhaustion = (mode == 0 || File.isRegular(mode)) && error.isExhaustion
    }
}
