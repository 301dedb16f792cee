import CJansson

/// The position of the first JSON syntax error, and its reason.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// As described by jansson.
    package let reason: String
    /// Counted from 1; columns count characters, not bytes.
    package let line: Int
    package let column: Int

    package init(reason: String, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSON {
    /// Parses one JSON value, optionally surrounded by white space.
    ///
    /// Rejects text that isn't UTF-8, lone surrogates, integers beyond 64 bits, NUL in a key, and more than 2,048
    /// levels of nesting. If a key is repeated, its last value is used.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        try self.init(parsing: bytes, flags: 0)
    }

    /// Like `init(parsing:)`, but rejects an object with a repeated key.
    package init(parsingUniqueKeys bytes: UnsafeRawBufferPointer) throws(JSONError) {
        try self.init(parsing: bytes, flags: Int(JSON_REJECT_DUPLICATES))
    }

    private init(parsing bytes: UnsafeRawBufferPointer, flags: Int) throws(JSONError) {
        var error = json_error_t()
        let flags = flags | Int(JSON_ALLOW_NUL) | Int(JSON_DECODE_ANY)
        let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
        guard let start, let value = json_loadb(start, bytes.count, flags, &error) else {
            throw JSONError(start == nil ? "there is no value" : error.reason, in: bytes, at: error)
        }
        self.init(owning: value)
    }

    package init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        let parse = { (bytes: UnsafeBufferPointer<UInt8>) in
            Result { () throws(JSONError) in try JSON(parsing: UnsafeRawBufferPointer(bytes)) }
        }
        let result =
            bytes.withContiguousStorageIfAvailable(parse) ?? Array(bytes).withUnsafeBufferPointer(parse)
        self = try result.get()
    }

    package init(parsing text: String) throws(JSONError) {
        try self.init(parsing: text.utf8)
    }

    /// Parses JSON even if strings contain bytes that aren't UTF-8: each such byte becomes U+FFFD.
    package init(repairing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        do {
            try self.init(parsing: bytes)
        } catch {
            let text = String(decoding: bytes, as: UTF8.self)
            guard !text.utf8.elementsEqual(bytes) else { throw error }
            try self.init(parsing: text)
        }
    }
}

extension JSON {
    /// Parses JSON even if strings contain bytes that aren't UTF-8 or lone surrogates: these become U+FFFD.
    package init(salvaging bytes: UnsafeRawBufferPointer) throws(JSONError) {
        let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
        var salvaged: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else {
                salvaged.append(text[index])
                index += 1
                continue
            }
            let unit = Self.codeUnit(of: text[index...])
            let next = unit == nil ? nil : Self.codeUnit(of: text[min(index + 6, text.count)...])
            switch (unit, next) {
            case (.some(0xD800..<0xDC00), .some(0xDC00..<0xE000)):
                salvaged += text[index..<index + 12]
                index += 12
            case (.some(0xD800..<0xE000), _):
                salvaged += #"\ufffd"#.utf8
                index += 6
            default:
                // Copy both characters, so that an escaped backslash isn't taken for the start of another escape.
                salvaged += text[index..<index + 2]
                index += 2
            }
        }
        try self.init(parsing: salvaged)
    }

    /// The UTF-16 code unit of an escape such as `\u0434` at the start of the text.
    private static func codeUnit(of text: ArraySlice<UInt8>) -> UInt16? {
        guard text.count >= 6, text.starts(with: #"\u"#.utf8) else { return nil }
        return UInt16(String(decoding: text.dropFirst(2).prefix(4), as: UTF8.self), radix: 16)
    }
}

extension JSONError {
    fileprivate init(_ reason: String, in bytes: UnsafeRawBufferPointer, at error: json_error_t) {
        self.init(reason: reason, line: max(1, Int(error.line)), column: max(1, Int(error.column)))
    }
}

extension json_error_t {
    fileprivate var reason: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
