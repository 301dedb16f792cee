import Glibc

/// An append-only file of lines, for one process at a time. A crash never leaves a partial line in it.
@MainActor package final class LineFile {
    package enum Unusable: Error, CustomStringConvertible {
        case system(SystemError)
        /// Locked by the process with this id; 0 if the id isn't visible here.
        case inUse(String, by: pid_t)

        package var description: String {
            switch self {
            case .system(let error): error.description
            case .inUse(let path, by: 0): "\(path) is in use by another pipegram"
            case .inUse(let path, let process): "\(path) is in use by process \(process), another pipegram"
            }
        }
    }

    private let path: String
    private let descriptor: Int32
    private let identity: FileIdentity?
    /// Whether there may be bytes after the last complete line.
    private var hasRest = true

    /// Opens the file, and creates it with mode 0600 if it is missing. A partial last line may belong to another
    /// program, so it stays for `rest`, `cut` and `endLine`; the first `append` removes it.
    ///
    /// - Returns: nil if the path is something other than a regular file, such as a pipe.
    package init?(_ path: String) throws(Unusable) {
        self.path = path
        var status = stat()
        if stat(path, &status) == 0, !File.isRegular(status.st_mode) { return nil }
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(SystemError(path)) }
        identity = FileIdentity(of: descriptor)
        do throws(Unusable) {
            try lock()
        } catch {
            close(descriptor)
            throw error
        }
    }

    isolated deinit { close(descriptor) }

    /// Whether the path still leads to this file. If not, it was moved, replaced or removed.
    package var isInPlace: Bool { FileIdentity(at: path) == identity }

    /// Whether the file has no path any more, so that its contents are lost.
    package var isRemoved: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    private func lock() throws(Unusable) {
        let holder: pid_t?
        do throws(SystemError) {
            holder = try FileLock.take(descriptor, of: path)
        } catch {
            throw .system(error)
        }
        if let holder { throw .inUse(path, by: holder) }
    }

    private var size: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_size : 0
    }

    /// The offset at which the last complete line ends.
    private func wholeLines() throws(Unusable) -> Int {
        var end = size
        while end > 0 {
            let start = max(0, end - 1 << 16)
            let piece = read(start..<end)
            guard piece.count == end - start else { throw .system(SystemError("reading \(path)")) }
            if let newline = piece.lastIndex(of: UInt8(ascii: "\n")) { return start + newline + 1 }
            end = start
        }
        return 0
    }

    /// The bytes after the last complete line, at most `limit` of them.
    package func rest(within limit: Int) throws(Unusable) -> [UInt8] {
        let start = try wholeLines()
        return read(start..<min(size, start + limit))
    }

    /// Removes the bytes after the last complete line.
    package func cut() throws(Unusable) {
        let end = try wholeLines()
        guard end == size || ftruncate(descriptor, end) == 0 else { throw .system(SystemError(path)) }
        hasRest = false
    }

    /// Completes a partial last line with a newline.
    package func endLine() throws(SystemError) {
        hasRest = false
        try append([UInt8(ascii: "\n")])
    }

    private func read(_ range: Range<Int>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, range.count, range.lowerBound))
        }
    }

    /// The complete lines among the last `limit` bytes, without their newlines.
    package func lastLines(within limit: Int) -> [ArraySlice<UInt8>] {
        let size = size
        let start = max(0, size - limit)
        var bytes = read(start..<size)[...]
        // The first line may be partial.
        if start > 0 { bytes = bytes.drop { $0 != UInt8(ascii: "\n") } }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.dropLast().filter { !$0.isEmpty }
    }

    /// Calls `body` with each complete line, without its newline, and its number, counted from 1, until `body` returns
    /// false.
    package func forEachLine(
        limit: Int, _ body: (LineSplitter.Line, Int) -> Bool
    ) throws(SystemError) {
        var (splitter, offset, number, goesOn) = (LineSplitter(), 0, 0, true)
        while goesOn {
            let piece = read(offset..<offset + 1 << 16)
            guard !piece.isEmpty else {
                guard offset >= size else { throw SystemError("reading \(path)") }
                return
            }
            offset += piece.count
            piece.withUnsafeBytes { bytes in
                splitter.split(bytes, limit: limit) { line in
                    number += 1
                    goesOn = goesOn && body(line, number)
                }
            }
        }
    }

    /// Appends complete lines, all or none. They survive the end of the process, and after `sync` a power failure.
    package func append(_ lines: [UInt8]) throws(SystemError) {
        if hasRest { try takeBack() }
        let start = size
        var rest = lines[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                let error = SystemError(path)
                hasRest = ftruncate(descriptor, start) != 0
                throw error
            }
        }
    }

    private func takeBack() throws(SystemError) {
        do throws(Unusable) {
            try cut()
        } catch {
            throw SystemError(path)
        }
    }

    /// Returns once all appended lines are on disk.
    package func sync() throws(SystemError) {
        guard fdatasync(descriptor) == 0 else { throw SystemError(path) }
    }
}
