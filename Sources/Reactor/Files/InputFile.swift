import CSystem
import Glibc

/// A regular file that is open for sending; closed with its last reference.
///
/// Renaming or replacing the path changes nothing: all checks and reads apply to the file that was opened.
@MainActor package final class InputFile {
    /// Why a file can't be sent.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        /// As it was given.
        package let path: String
        /// `is a directory`, `is not a regular file`, `belongs to …`, or the system's reason, as in `Permission denied`.
        package let reason: String
        /// Whether the system is out of descriptors or memory, so that a later attempt may succeed.
        package let isExhaustion: Bool

        package var description: String { "\(path): \(reason)" }
    }

    /// As it was given.
    package let path: String
    /// The absolute path at the time of opening, with symbolic links resolved. It ends in ` (deleted)` if the file had
    /// no name any more.
    package let resolvedPath: String
    /// In bytes, at the time of opening. No more than this is sent.
    package let size: Int
    private let descriptor: Int32

    /// Opens a regular file. Anything else is refused without being opened, so that a FIFO can't block.
    ///
    /// - Parameter reserved: files that are refused in the same way.
    package init(_ path: String, except reserved: ReservedFiles = ReservedFiles()) throws(Refusal) {
        var status = stat()
        // The system would cut the path at a zero byte and open another file.
        let place = path.utf8.contains(0) ? -ENOENT : locate_file(path, &status)
        guard place >= 0 else { throw Refusal(path: path, code: -place) }
        defer { close(place) }
        guard File.isRegular(status.st_mode) else { throw Refusal(path: path, irregular: status.st_mode) }
        guard !reserved.contains(FileIdentity(status)) else { throw Refusal(reserved: path) }
        let file = open_located_file(place)
        guard file >= 0 else { throw Refusal(path: path, code: -file) }
        fstat(file, &status)
        self.path = path
        size = Int(status.st_size)
        descriptor = file
        resolvedPath = Self.target(of: "/proc/self/fd/\(file)") ?? path
    }

    isolated deinit { close(descriptor) }

    /// Reads up to `buffer.count` bytes at `offset`; returns 0 at the end of the file.
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
    fileprivate init(path: String, code: Int32) {
        let error = SystemError("opening", code: code)
        self.init(path: path, reason: error.reason, isExhaustion: error.isExhaustion)
    }

    fileprivate init(path: String, irregular mode: mode_t) {
        let reason = mode & S_IFMT == S_IFDIR ? "is a directory" : "is not a regular file"
        self.init(path: path, reason: reason, isExhaustion: false)
    }

    fileprivate init(reserved path: String) {
        self.init(
            path: path, reason: "belongs to \(ReservedFiles.owner), so it can't be sent", isExhaustion: false)
    }
}
