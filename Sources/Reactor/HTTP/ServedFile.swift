/// A file as a server answers with it.
package struct ServedFile {
    package enum Contents {
        case bytes([UInt8])
        case file(InputFile)
    }

    package var contents: Contents
    package var contentType = "application/octet-stream"
    /// After so many bytes the connection is closed, as a bad one would be; nil sends all of them.
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

    /// How many bytes it put into the buffer; 0 where there are none.
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

    /// What a Range header asks for.
    enum Part: Equatable {
        case whole
        case range(Range<Int>)
        case unsatisfiable
    }

    /// One range, as in `bytes=5-` and `bytes=-5`; anything else is no range.
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
