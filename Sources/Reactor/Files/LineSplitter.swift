import Glibc

/// Splits a stream of bytes into lines and buffers at most one line of the maximum length.
///
/// Only `\n` ends a line: U+2028, U+0085 and `\r` are data.
package struct LineSplitter {
    package enum Line {
        /// A line without its `\n`; valid only during the call.
        case whole(UnsafeRawBufferPointer)
        /// The start of a line longer than the limit; the rest is dropped.
        case tooLong(start: [UInt8])
    }

    /// How many bytes of a line that is too long are kept.
    private static let startKept = 1024

    private var partial: [UInt8] = []
    private var overlong = false

    package init() {}

    /// Calls `body` for each line that ends in `bytes`.
    package mutating func split(
        _ bytes: UnsafeRawBufferPointer, limit: Int, _ body: (Line) -> Void
    ) {
        var rest = bytes
        while let start = rest.baseAddress, let newline = memchr(start, 0x0A, rest.count) {
            let end = UnsafeRawPointer(newline) - start
            take(UnsafeRawBufferPointer(rebasing: rest[..<end]), limit: limit, body)
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
        }
        keep(rest, limit: limit)
    }

    /// Calls `body` with the unterminated last line, if there is one.
    package mutating func finish(_ body: (Line) -> Void) {
        guard overlong || !partial.isEmpty else { return }
        take(UnsafeRawBufferPointer(start: nil, count: 0), limit: .max, body)
    }

    /// Whether the last line is unterminated and not too long.
    package var isWithinLine: Bool { !partial.isEmpty && !overlong }

    /// The unterminated line, except for an incomplete UTF-8 character at its end.
    package var part: [UInt8] {
        isWithinLine ? Array(partial.dropLast(Self.unfinished(partial))) : []
    }

    /// Returns and forgets `part`.
    package mutating func takePart() -> [UInt8] {
        let part = part
        partial.removeFirst(part.count)
        return part
    }

    /// The length of an incomplete UTF-8 character at the end; 0 if there is none.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for (index, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
            let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 1
            return length > index + 1 ? index + 1 : 0
        }
        return 0
    }

    private mutating func take(_ end: UnsafeRawBufferPointer, limit: Int, _ body: (Line) -> Void) {
        // Reset the state first: `body` may call back into the splitter's owner.
        let line = partial
        let wasOverlong = overlong
        partial = []
        overlong = false
        if wasOverlong || line.count + end.count > limit {
            let start = line.prefix(Self.startKept) + end.prefix(Self.startKept)
            body(.tooLong(start: Array(start.prefix(Self.startKept))))
        } else if line.isEmpty {
            body(.whole(end))
        } else {
            (line + end).withUnsafeBytes { body(.whole($0)) }
        }
    }

    private mutating func keep(_ rest: UnsafeRawBufferPointer, limit: Int) {
        guard !overlong else {
            return partial.append(contentsOf: rest.prefix(Self.startKept - partial.count))
        }
        partial.append(contentsOf: rest)
        if partial.count > limit {
            overlong = true
            partial = Array(partial.prefix(Self.startKept))
        }
    }
}
