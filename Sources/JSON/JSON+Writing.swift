import CJansson

extension JSON {
    /// Appends this value as one line of JSON without a newline: no white space, and raw UTF-8 wherever JSON requires
    /// no escape.
    package func write(to bytes: inout [UInt8]) {
        write(to: &bytes, flags: 0)
    }

    /// This value as text with sorted keys, for comparisons.
    package var canonical: String {
        var bytes: [UInt8] = []
        write(to: &bytes, flags: Int(JSON_SORT_KEYS))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8], flags: Int) {
        let flags = flags | Int(JSON_COMPACT) | Int(JSON_ENCODE_ANY)
        // json_dump_callback would call back for every quote and comma, and each call into Swift has a cost.
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

    /// This value as one line of JSON without a newline.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }
}

extension JSON {
    /// Like `bytes`, but a real number is written with the fewest digits that identify it.
    package var shortBytes: [UInt8] {
        guard integer == nil, let number else { return bytes }
        return Array(number.description.utf8)
    }
}

extension JSON: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
