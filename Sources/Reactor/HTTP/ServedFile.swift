/// A file that a server sends.
package struct ServedFile {
    package enum Contents {
        case bytes([UInt8])
        case file(InputFile)
    }

    package var contents: Contents
    package var contentType = "application/octet-stream"
    /// Additional headers.
    package var headers: [(name: String, value: String)] = []
    /// After how many bytes to close the connection, to simulate a bad one; nil sends the whole file.
    package var breaksOffAfter: Int?

    package init(_ contents: Contents) {
        self.contents = contents
    }

    package var size: Int {
        switch contents {
        case .bytes(let bytes): bytes.count
        case .file(let file): file.size
        }
    }

    /// Reads into the buffer. Returns the number of bytes, 0 at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        switch contents {
        case .bytes(let bytes):
            guard offset < bytes.count else { return 0 }
            let piece = bytes[offset...].prefix(buffer.count)
            buffer.copyBytes(from: piece)
            return piece.count
        case .file(let file):
            return (try? file.read(into: buffer, at: offset)) ?? 0
        }
    }

    /// The part requested by a Range header.
    enum Part: Equatable {
        case whole
        case range(Range<Int>)
        case unsatisfiable
    }

    /// Supports a single range, as in `bytes=5-` and `bytes=-5`; anything else means the whole file.
    func part(_ header: String) -> Part {
        guard header.lowercased().hasPrefix("bytes=") else { return .whole }
        let ends = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .whole }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, nil) where ends[1].isEmpty:
            return first < size ? .range(first..<size) : .unsatisfiable
        case (let first?, let last?):
            guard first <= last else { return .whole }
            return first < size ? .range(first..<min(last, size - 1) + 1) : .unsatisfiable
        case (nil, let count?) where ends[0].isEmpty:
            return count > 0 && size > 0 ? .range(max(0, size - count)..<size) : .unsatisfiable
        default:
            return .whole
        }
    }
}
