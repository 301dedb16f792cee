import JSON

/// Finds the updates in a recorded log, which is fed to it in pieces: one a line, one after the other
/// however they are laid out, as an array, or as whole getUpdates answers.
struct UpdateLogScanner {
    /// Longer than any update of Telegram's, which has at most 512 KiB.
    static let updateLimit = 16 << 20

    /// What the next byte stands in.
    private enum Frame {
        case top
        case array
        /// A getUpdates answer: only what stands in its `result` matters.
        case answer
        /// A part of an answer that doesn't matter.
        case skipped
    }

    private var frames: [Frame] = [.top]
    /// The string that ended last in an answer: the key, when a value follows.
    private var lastString: [UInt8] = []
    private var inString = false
    private var escaped = false

    /// The object being read, until its last bracket.
    private var object: [UInt8] = []
    private var depth = 0
    /// Where in `object` its first key begins and ends, to tell an answer from an update.
    private var firstKey: (start: Int, end: Int?)?
    private var objectPosition = Position()
    private var position = Position()
    private var isAtStart = true

    /// A place in the log, from 1 on; columns count characters.
    struct Position {
        var line = 1
        var column = 1
    }

    /// Reads on, and calls `found` for each object that ends in `bytes`, with where it began.
    ///
    /// Fails with the line and the column, from 1 on, of what can't belong to a log.
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer, _ found: (JSON, Position) throws(JSONError) -> Void
    ) throws(JSONError) {
        var bytes = bytes
        if isAtStart, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3))
        }
        isAtStart = isAtStart && bytes.isEmpty
        for byte in bytes {
            if depth > 0 {
                if try collect(byte) { try finishObject(found) }
            } else {
                try frame(byte)
            }
            if byte == UInt8(ascii: "\n") {
                position.line += 1
                position.column = 1
            } else if byte & 0xC0 != 0x80 {
                position.column += 1
            }
        }
    }

    /// The log is over. Fails if it ended in the middle.
    func finish() throws(JSONError) {
        if depth > 0 {
            // The parser knows best where it went wrong.
            _ = try parseObject()
        }
        if frames.count > 1 { throw malformed("the log ends in the middle") }
    }

    // MARK: an object

    /// Takes one more byte of an object. True when it was the last one.
    private mutating func collect(_ byte: UInt8) throws(JSONError) -> Bool {
        object.append(byte)
        if inString {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
                if firstKey?.end == nil { try firstKeyEnded() }
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""):
            inString = true
            if firstKey == nil { firstKey = (object.count, nil) }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
        default:
            break
        }
        if object.count > Self.updateLimit {
            _ = try parseObject()
            throw malformed("an update of more than \(Self.updateLimit >> 20) MiB")
        }
        return depth == 0
    }

    private mutating func firstKeyEnded() throws(JSONError) {
        guard let start = firstKey?.start else { return }
        firstKey?.end = object.count
        let key = object[start..<object.count - 1]
        guard key.elementsEqual("ok".utf8) || key.elementsEqual("result".utf8) else { return }
        lastString = Array(key)
        frames.append(.answer)
        object = []
        depth = 0
    }

    private mutating func finishObject(
        _ found: (JSON, Position) throws(JSONError) -> Void
    ) throws(JSONError) {
        let json = try parseObject()
        object.removeAll(keepingCapacity: true)
        try found(json, objectPosition)
    }

    private func parseObject() throws(JSONError) -> JSON {
        do {
            return try JSON(parsing: object)
        } catch {
            let onFirstLine = error.line == 1
            throw JSONError(
                reason: error.reason, line: objectPosition.line + error.line - 1,
                column: error.column + (onFirstLine ? objectPosition.column - 1 : 0))
        }
    }

    // MARK: the frame around objects

    private mutating func frame(_ byte: UInt8) throws(JSONError) {
        let current = frames[frames.count - 1]
        if inString { return string(byte) }
        switch (byte, current) {
        case (0x20, _), (0x09, _), (0x0A, _), (0x0D, _), (UInt8(ascii: ","), .array):
            break
        case (UInt8(ascii: "{"), .top), (UInt8(ascii: "{"), .array):
            (object, depth, firstKey, objectPosition) = ([byte], 1, nil, position)
        case (UInt8(ascii: "["), .top):
            frames.append(.array)
        case (UInt8(ascii: "["), .answer) where lastString.elementsEqual("result".utf8):
            frames.append(.array)
        case (UInt8(ascii: "["), .answer), (UInt8(ascii: "{"), .answer), (UInt8(ascii: "["), .skipped),
            (UInt8(ascii: "{"), .skipped):
            frames.append(.skipped)
        case (UInt8(ascii: "]"), .array), (UInt8(ascii: "}"), .answer), (UInt8(ascii: "]"), .skipped),
            (UInt8(ascii: "}"), .skipped):
            frames.removeLast()
        case (UInt8(ascii: "\""), .answer), (UInt8(ascii: "\""), .skipped):
            inString = true
            lastString = []
        case (_, .answer), (_, .skipped):
            break
        default:
            throw malformed("expected an update, an object with 'update_id'")
        }
    }

    private mutating func string(_ byte: UInt8) {
        if !escaped, byte == UInt8(ascii: "\"") {
            inString = false
        } else {
            escaped = !escaped && byte == UInt8(ascii: "\\")
            if lastString.count < 16 { lastString.append(byte) }
        }
    }

    private func malformed(_ reason: String) -> JSONError {
        JSONError(reason: reason, line: position.line, column: position.column)
    }
}
