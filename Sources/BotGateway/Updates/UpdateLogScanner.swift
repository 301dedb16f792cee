import Glibc
import JSON

/// Finds the updates in a recorded log, which is read in pieces. The log may hold an update per line, updates in any
/// other layout one after the other, an array of updates, or whole getUpdates responses.
package struct UpdateLogScanner {
    /// More than Telegram's largest update, which has 512 KiB.
    static let updateLimit = 16 << 20

    /// The structure around the next byte.
    private enum Frame {
        case top
        case array
        /// A getUpdates response: only its `result` matters.
        case answer
        /// A part of a response that doesn't matter.
        case skipped
    }

    private var frames: [Frame] = [.top]
    /// Whether a getUpdates response was found, perhaps with an empty list of updates.
    private(set) var hasSeenResult = false
    /// The last complete string in a response: the key, if a value follows.
    private var lastString: [UInt8] = []
    private var inString = false
    private var escaped = false

    /// The object read so far.
    private var object: [UInt8] = []
    private var depth = 0
    /// The index of the first key in `object`, which shows whether the object is a response or an update; 0 if not yet
    /// known.
    private var firstKeyStart = 0
    private var isFirstKeyKnown = false
    private var objectPosition = Position()
    private var position = Position()
    /// The part of an optional byte order mark at the start that is still expected.
    private var mark: ArraySlice<UInt8> = [0xEF, 0xBB, 0xBF]

    package init() {}

    /// A place in the log, from 1 on; columns count characters.
    package struct Position {
        package var line = 1
        package var column = 1

        mutating func advance(over bytes: UnsafeRawBufferPointer) {
            let newlines = bytes.reduce(0) { $0 &+ ($1 == UInt8(ascii: "\n") ? 1 : 0) }
            var tail = bytes
            if newlines > 0, let last = bytes.lastIndex(of: UInt8(ascii: "\n")) {
                line += newlines
                column = 1
                tail = UnsafeRawBufferPointer(rebasing: bytes[(last + 1)...])
            }
            column += tail.reduce(0) { $0 &+ ($1 & 0xC0 != 0x80 ? 1 : 0) }
        }
    }

    /// Reads the next piece, and calls `found` for each object that ends in it, with the place where the object began.
    /// Skips the other members of getUpdates responses.
    ///
    /// Fails with the line and column, from 1 on, of anything that can't belong to a log.
    package mutating func scan(
        _ bytes: UnsafeRawBufferPointer, _ found: (JSON, _ text: [UInt8], Position) throws(JSONError) -> Void
    ) throws(JSONError) {
        var rest = try skipMark(bytes)
        while !rest.isEmpty {
            let taken: Int
            if depth == 0, frames.count == 1, position.column == 1, let line = Self.firstLine(of: rest),
                !Self.beginsAnswer(line), let json = try? JSON(parsingUniqueKeys: line), json.isObject,
                json["update_id"] != nil
            {
                // The fast path: a whole update on one line, the usual layout, needs no search for its end.
                try found(json, Array(line), position)
                rest = UnsafeRawBufferPointer(rebasing: rest[(line.count + 1)...])
                position = Position(line: position.line + 1)
                continue
            } else if depth > 0 {
                taken = try collect(rest)
                if depth == 0, !object.isEmpty { try finishObject(found) }
            } else {
                try frame(rest[0])
                taken = 1
            }
            let part = UnsafeRawBufferPointer(rebasing: rest[..<taken])
            position.advance(over: part)
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        }
    }

    /// Skips the byte order mark, which may be split between pieces.
    private mutating func skipMark(_ bytes: UnsafeRawBufferPointer) throws(JSONError)
        -> UnsafeRawBufferPointer
    {
        let start = zip(bytes, mark).prefix { $0 == $1 }.count
        mark = mark.dropFirst(start)
        guard start < bytes.count else { return UnsafeRawBufferPointer(rebasing: bytes[start...]) }
        guard mark.isEmpty || mark.count == 3 else { throw malformed("incomplete byte order mark") }
        mark = []
        return UnsafeRawBufferPointer(rebasing: bytes[start...])
    }

    private static func firstLine(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard bytes.first == UInt8(ascii: "{"), let start = bytes.baseAddress,
            let end = memchr(start, 0x0A, bytes.count)
        else { return nil }
        return UnsafeRawBufferPointer(start: start, count: UnsafeRawPointer(end) - start)
    }

    /// Ends the log. Fails if it ends within an object, an array or a response.
    package func finish() throws(JSONError) {
        guard mark.isEmpty || mark.count == 3 else { throw malformed("incomplete byte order mark") }
        if depth > 0 {
            // The parser's error says where the object is malformed.
            _ = try parseObject()
        }
        if frames.count > 1 { throw malformed("the log is incomplete") }
    }

    // MARK: objects

    /// Collects the bytes of an object up to its end, where `depth` becomes 0. Returns how many bytes it took.
    private mutating func collect(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> Int {
        var index = 0
        while index < bytes.count, depth > 0 {
            let byte = bytes[index]
            index += 1
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                    if !isFirstKeyKnown {
                        object.append(contentsOf: bytes[..<index])
                        if firstKeyEnded() { return index }
                        object.removeLast(index)
                    }
                }
            } else if byte == UInt8(ascii: "\"") {
                inString = true
                if !isFirstKeyKnown, firstKeyStart == 0 { firstKeyStart = object.count + index }
            } else if byte | 0x20 == UInt8(ascii: "{") {
                depth += 1
            } else if byte | 0x20 == UInt8(ascii: "}") {
                depth -= 1
            }
        }
        object.append(contentsOf: bytes[..<index])
        if object.count > Self.updateLimit {
            _ = try parseObject()
            throw malformed("update larger than \(Self.updateLimit >> 20) MiB")
        }
        return index
    }

    /// Returns true if the object is a getUpdates response; its members are then scanned instead of collected.
    private mutating func firstKeyEnded() -> Bool {
        isFirstKeyKnown = true
        let key = object[firstKeyStart..<object.count - 1]
        guard Self.isAnswerKey(key) else { return false }
        lastString = Array(key)
        frames.append(.answer)
        object = []
        depth = 0
        return true
    }

    /// The first key distinguishes a getUpdates response from an update.
    private static func isAnswerKey(_ key: some Collection<UInt8>) -> Bool {
        key.elementsEqual("ok".utf8) || key.elementsEqual("result".utf8)
    }

    /// Like `firstKeyEnded`, for an object that is complete.
    private static func beginsAnswer(_ object: UnsafeRawBufferPointer) -> Bool {
        let key = object.drop { $0 != UInt8(ascii: "\"") }.dropFirst()
        return isAnswerKey(key.prefix { $0 != UInt8(ascii: "\"") })
    }

    private mutating func finishObject(
        _ found: (JSON, _ text: [UInt8], Position) throws(JSONError) -> Void
    ) throws(JSONError) {
        let json: JSON
        var text = object
        if let unambiguous = object.withUnsafeBytes({ try? JSON(parsingUniqueKeys: $0) }) {
            json = unambiguous
        } else {
            // The last one of duplicate keys counts. Serialize the parsed object, so that later readers of the text
            // agree.
            json = try parseObject()
            text = json.bytes
        }
        object = []
        object.reserveCapacity(text.count)
        try found(json, text, objectPosition)
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

    // MARK: the structure around objects

    private mutating func frame(_ byte: UInt8) throws(JSONError) {
        let current = frames[frames.count - 1]
        if inString { return string(byte) }
        switch (byte, current) {
        case (0x20, _), (0x09, _), (0x0A, _), (0x0D, _), (UInt8(ascii: ","), .array):
            break
        case (UInt8(ascii: "{"), .top), (UInt8(ascii: "{"), .array):
            object.append(byte)
            (depth, firstKeyStart, isFirstKeyKnown, objectPosition) = (1, 0, false, position)
        case (UInt8(ascii: "["), .top):
            frames.append(.array)
        case (UInt8(ascii: "["), .answer) where lastString.elementsEqual("result".utf8):
            hasSeenResult = true
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
