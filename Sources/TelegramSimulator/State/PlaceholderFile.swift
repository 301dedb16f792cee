import Glibc
import Reactor

/// Stands in for each file of a recorded log in a replay: the log names files, but doesn't contain them.
package enum PlaceholderFile {
    package static let name = "file.png"

    /// A PNG of one transparent pixel.
    static let picture: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00,
        0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1F, 0x15, 0xC4, 0x89, 0x00,
        0x00, 0x00, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x00, 0x01, 0x00, 0x00, 0x05, 0x00, 0x01,
        0x0D, 0x0A, 0x2D, 0xB4, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]

    /// - Returns: the file's size in bytes.
    package static func write(to path: String) throws(SystemError) -> Int {
        try ServedFile(.bytes(picture)).write(to: path)
    }
}

extension ServedFile {
    /// Writes the file to a path atomically.
    ///
    /// - Returns: the file's size in bytes.
    package func write(to path: String) throws(SystemError) -> Int {
        let part = "\(path).part-\(getpid())"
        do throws(SystemError) {
            let file = try OutputFile(creating: part)
            try append(to: file)
            guard rename(part, path) == 0 else { throw SystemError(path) }
            return file.count
        } catch {
            unlink(part)
            throw error
        }
    }

    private func append(to file: OutputFile) throws(SystemError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = read(into: buffer, at: file.count), count > 0 {
            try file.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
