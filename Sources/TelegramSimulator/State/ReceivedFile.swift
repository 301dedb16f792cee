import Reactor

/// A file that was uploaded with a call.
package struct ReceivedFile {
    /// The name of the form's part.
    package let part: String
    /// The file name that the sender gave, without a folder; may be empty.
    package let name: String
    /// The size of the whole file in bytes.
    package let size: Int
    /// The checksum of the whole file; for a local file, of `bytes`.
    package let checksum: Checksum
    /// The start of the file, up to 1 MiB by default.
    package let bytes: [UInt8]
    /// The whole file; nil if only its start was kept.
    let contents: ServedFile.Contents?

    /// Nil for a part without a file name, which holds text.
    init?(_ part: ReceivedPart) {
        guard let name = part.fileName else { return nil }
        self.part = part.name
        self.name = name
        (size, checksum, bytes) = (part.size, part.checksum, part.bytes)
        contents = part.size == part.bytes.count ? .bytes(part.bytes) : nil
    }

    /// A file that is sent without HTTP.
    ///
    /// - Parameter part: the parameter for the file, or the name after `attach://`.
    package init(part: String, name: String, bytes: [UInt8]) {
        (self.part, self.name, self.bytes, size) = (part, name, bytes, bytes.count)
        (checksum, contents) = (Checksum(of: bytes), .bytes(bytes))
    }

    /// A local file that is sent without HTTP. Only its start is read, and `checksum` covers only the start.
    package init(part: String, name: String, file: InputFile) {
        bytes = [UInt8](unsafeUninitializedCapacity: min(file.size, 1 << 20)) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)) ?? 0
        }
        (self.part, self.name, size) = (part, name, file.size)
        (checksum, contents) = (Checksum(of: bytes), .file(file))
    }
}

extension [ReceivedFile] {
    /// The file for a parameter: via `attach://`, or in the part with the parameter's name.
    func meant(by value: String, parameter: String) -> ReceivedFile? {
        let attached = value.hasPrefix("attach://") ? String(value.dropFirst("attach://".count)) : parameter
        return first { $0.part == attached }
    }
}
