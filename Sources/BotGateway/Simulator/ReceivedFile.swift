import Reactor

/// A file that came with a call.
public struct ReceivedFile {
    /// The part's name in the form.
    public let part: String
    public let name: String
    /// In bytes, of all that came; and what they sum up to.
    public let size: Int
    public let checksum: Checksum
    /// Its first 1 MiB.
    public let bytes: [UInt8]

    /// Nil for a text.
    init?(_ part: ReceivedPart) {
        guard let name = part.fileName else { return nil }
        self.part = part.name
        self.name = name
        (size, checksum, bytes) = (part.size, part.checksum, part.bytes)
    }
}

extension [ReceivedFile] {
    /// The file that a parameter means: by `attach://`, or the part with the parameter's own name.
    func meant(by value: String, parameter: String) -> ReceivedFile? {
        let attached = value.hasPrefix("attach://") ? String(value.dropFirst("attach://".count)) : parameter
        return first { $0.part == attached }
    }
}
