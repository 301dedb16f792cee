import CJansson

extension JSON {
    /// Appends this value as one line of JSON without the line's end: no white space, and raw UTF-8 where
    /// JSON doesn't demand an escape.
    package func write(to bytes: inout [UInt8]) {
        write(to: &bytes, flags: 0)
    }

    /// This value as text in which the keys of each object are sorted, to compare by.
    package var canonical: String {
        var bytes: [UInt8] = []
        write(to: &bytes, flags: Int(JSON_SORT_KEYS))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8], flags: Int) {
        let flags = flags | Int(JSON_COMPACT) | Int(JSON_ENCODE_ANY)
        // Not json_dump_callback: it calls for every quote and comma, and entering Swift has its price.
        let scratch = Self.scratch
        let count = json_dumpb(node.value, scratch.baseAddress, scratch.count, flags)
        if count <= scratch.count {
            bytes.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(scratch)[..<count]))
        } else {
            bytes += [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                buffer.withMemoryRebound(to: CChar.self) {
                    filled = min(count, json_dumpb(node.value, $0.baseAddress, count, flags))
                }
            }
        }
    }

    private static let scratch = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 1 << 16)

    /// This value as one line of JSON without the line's end.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }
}

extension JSON {
    /// As `bytes`, but a real number with as few digits as tell it from every other one.
    package var shortBytes: [UInt8] {
        guard integer == nil, let number else { return bytes }
        return Array(number.description.utf8)
    }
}

extension JSON: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
