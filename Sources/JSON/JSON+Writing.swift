import CJansson

extension JSON {
    /// Appends this value as one line of JSON without the line's end: no white space, and raw UTF-8 where
    /// JSON doesn't demand an escape.
    public func write(to bytes: inout [UInt8]) {
        let flags = Int(JSON_COMPACT) | Int(JSON_ENCODE_ANY)
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
