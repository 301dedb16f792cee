/// Passes JSON text on without parsing and rewriting it: values are unchanged, numbers keep their notation, and it
/// takes half the time.
package enum CompactJSON {
    private static var scratch: [UInt8] = []

    /// Calls `body` with `text` on one line, without white space outside strings. Unnecessary escapes become raw UTF-8.
    ///
    /// - Parameter text: JSON that the parser has accepted.
    package static func withCompact<Result>(
        _ text: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        // The output is never longer: an escape of 6 bytes becomes at most 3, a surrogate pair of 12 becomes 4.
        if scratch.count < text.count { scratch = [UInt8](repeating: 0, count: text.count) }
        return text.withUnsafeBytes { text in
            scratch.withUnsafeMutableBytes { output in
                let count = compact(text, into: output)
                return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<count]))
            }
        }
    }

    private static func compact(
        _ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let from = text.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let to = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return 0 }
        var (read, written) = (0, 0)
        var inString = false
        while read < text.count {
            let byte = from[read]
            if inString, byte == UInt8(ascii: "\\") {
                let (taken, put) = unescape(from + read, to + written)
                read += taken
                written += put
                continue
            }
            if byte == UInt8(ascii: "\"") { inString.toggle() }
            read += 1
            if inString || byte > 0x20 {
                to[written] = byte
                written += 1
            }
        }
        return written
    }

    /// Writes the escaped character, or the escape itself if JSON requires it.
    private static func unescape(
        _ from: UnsafePointer<UInt8>, _ to: UnsafeMutablePointer<UInt8>
    ) -> (taken: Int, put: Int) {
        switch from[1] {
        case UInt8(ascii: "/"):
            to[0] = UInt8(ascii: "/")
            return (2, 1)
        case UInt8(ascii: "u"):
            let unit = codeUnit(from + 2)
            if 0xD800..<0xDC00 ~= unit {
                let scalar = 0x10000 + (unit - 0xD800) << 10 + (codeUnit(from + 8) - 0xDC00)
                return (12, put(scalar, to))
            }
            guard unit >= 0x20, unit != 0x22, unit != 0x5C else { break }
            return (6, put(unit, to))
        default:
            to[0] = from[0]
            to[1] = from[1]
            return (2, 2)
        }
        to.update(from: from, count: 6)
        return (6, 6)
    }

    private static func codeUnit(_ digits: UnsafePointer<UInt8>) -> UInt32 {
        (0..<4).reduce(0) { unit, index in
            let digit = digits[index]
            return unit << 4 + UInt32(digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57)
        }
    }

    private static func put(_ scalar: UInt32, _ to: UnsafeMutablePointer<UInt8>) -> Int {
        guard let encoded = Unicode.Scalar(scalar).flatMap(UTF8.encode) else { return 0 }
        var count = 0
        for byte in encoded {
            to[count] = byte
            count += 1
        }
        return count
    }

    /// The text of an object's member; nil if there is none.
    ///
    /// - Parameters:
    ///   - object: compact, as from `withCompact`.
    ///   - isLast: whether the member is the object's last one. If so, its end needn't be searched for.
    package static func member(
        _ key: String, of object: UnsafeRawBufferPointer, isLast: Bool = false
    ) -> UnsafeRawBufferPointer? {
        var start = 1
        while start < object.count, object[start] == UInt8(ascii: "\"") {
            let colon = endOfValue(in: object, from: start)
            let name = UnsafeRawBufferPointer(rebasing: object[(start + 1)..<(colon - 1)])
            let isIt = name.elementsEqual(key.utf8)
            let end = isIt && isLast ? object.count - 1 : endOfValue(in: object, from: colon + 1)
            if isIt { return UnsafeRawBufferPointer(rebasing: object[(colon + 1)..<end]) }
            start = end + 1
        }
        return nil
    }

    /// The index of the comma, colon or bracket that ends the value at `start`.
    private static func endOfValue(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var (index, depth, inString) = (start, 0, false)
        while index < text.count {
            let byte = text[index]
            if inString {
                if byte == UInt8(ascii: "\\") { index += 1 }
                if byte == UInt8(ascii: "\"") { inString = false }
            } else if byte == UInt8(ascii: "\"") {
                inString = true
            } else if byte | 0x20 == UInt8(ascii: "{") {
                depth += 1
            } else if byte | 0x20 == UInt8(ascii: "}") {
                if depth == 0 { return index }
                depth -= 1
            } else if depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                return index
            }
            index += 1
        }
        return index
    }
}
