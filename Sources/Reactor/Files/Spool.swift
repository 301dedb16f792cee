import CSystem
import Glibc

/// Buffers bytes on disk, in an unnamed file that disappears with the process.
///
/// Without a writable directory or free disk space the bytes stay in memory, so `put` never fails.
@MainActor package final class Spool {
    /// Where a buffered piece is.
    package enum Piece {
        case file(offset: Int, count: Int)
        case memory([UInt8])
    }

    private let directory: String
    private var descriptor: Int32 = -1
    private var size = 0
    private var pieces = 0

    /// Whether no piece is on disk.
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

    /// Returns a piece and forgets it; nil if it can't be read back.
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
