import CSystem
import Glibc

/// Bytes put aside on disk, in a file without a name that is gone with the program.
///
/// Where there is no room on disk, or no directory to write to, they stay in memory: putting pagedOut
/// never fails.
@MainActor package final class Spool {
    /// Where some bytes are.
    package enum Piece {
        case file(offset: Int, count: Int)
        case memory([UInt8])
    }

    private let directory: String
    private var descriptor: Int32 = -1
    private var size = 0
    private var pieces = 0

    /// Nothing is put aside on disk.
    package var isEmpty: Bool { pieces == 0 }

    package init(directory: String) { self.directory = directory }

    isolated deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    package func put(_ bytes: [UInt8]) -> Piece {
        if descriptor < 0 { descriptor = open_unnamed_file(directory) }
        guard descriptor >= 0, pwrite(descriptor, bytes, bytes.count, size) == bytes.count else {
            return .memory(bytes)
        }
        defer { size += bytes.count }
        pieces += 1
        return .file(offset: size, count: bytes.count)
    }

    /// Gives some bytes back and forgets them; nil if the disk lost them.
    package func take(_ piece: Piece) -> [UInt8]? {
        guard case .file(let offset, let count) = piece else {
            guard case .memory(let bytes) = piece else { return nil }
            return bytes
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, count, offset))
        }
        pieces -= 1
        if pieces == 0 {
            ftruncate(descriptor, 0)
            size = 0
        }
        return bytes.count == count ? bytes : nil
    }
}
