import CJansson

extension JSON {
    /// Appends this value as one line of JSON without the line's end: no white space, and raw UTF-8 where
    /// JSON doesn't demand an escape.
    public func write(to bytes: inout [UInt8]) {
        write(to: &bytes, flags: 0)
    }

    /// This value as text in which the keys of each object are sorted, to compare by.
    public var canonical: String {
        var bytes: [UInt8] = []
        write(to: &bytes, flags: Int(JSON_SORT_KEYS))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8], flags: Int) {
        let flags = flags | Int(JSON_COMPACT) | Int(JSON_ENCODE_ANY)
        withUnsafeMutablePointer(to: &bytes) { bytes in
            _ = json_dump_callback(
                node.value,
                { piece, length, bytes in
                    guard let piece, let bytes else { return -1 }
                    bytes.assumingMemoryBound(to: [UInt8].self).pointee
                        .append(contentsOf: UnsafeRawBufferPointer(start: piece, count: length))
                    return 0
                }, bytes, flags)
        }
    }

    /// This value as one line of JSON without the line's end.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }
}

extension JSON: CustomStringConvertible {
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
