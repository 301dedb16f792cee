import Reactor

/// A file that came with a call.
package struct ReceivedFile {
    /// The part's name in the form.
    package let part: String
    /// As whoever sent it calls it, without a folder; may be empty.
    package let name: String
    /// In bytes, of all that came.
    package let size: Int
    /// Of all that came.
    package let checksum: Checksum
    /// Its first 1 MiB.
    package let bytes: [UInt8]
    /// All of it; nil where it was longer than what is kept.
    let contents: ServedFile.Contents?

    /// Nil for a text.
    init?(_ part: ReceivedPart) {
        guard let name = part.fileName else { return nil }
        self.part = part.name
        self.name = name
        (size, checksum, bytes) = (part.size, part.checksum, part.bytes)
        contents = part.size == part.bytes.count ? .bytes(part.bytes) : nil
    }

    /// One that somebody sends who needs no HTTP for it.
    ///
    /// - Parameter part: the parameter that it is for, or what `attach://` names it.
    package init(part: String, name: String, bytes: [UInt8]) {
        (self.part, self.name, self.bytes, size) = (part, name, bytes, bytes.count)
        (checksum, contents) = (Checksum(of: bytes), .bytes(bytes))
    }

    /// The same with a file of this machine's, of which only the start is read; `checksum` is that of the start.
    package init(part: String, name: String, file: InputFile) {
        bytes = [UInt8](unsafeUninitializedCapacity: min(file.size, 1 << 20)) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)) ?? 0
        }
        (self.part, self.name, size) = (part, name, file.size)
        (checksum, contents) = (Checksum(of: bytes), .file(file))
    }
}

extension [ReceivedFile] {
    /// The file that a parameter means: by `attach://`, or the part with the parameter's own name.
    func meant(by value: String, parameter: String) -> ReceivedFile? {
        let attached = value.hasPrefix("attach://") ? String(value.dropFirst("attach://".count)) : parameter
        return first { $0.part == attached }
    }
}
