/// Reads a file of allowed chats and users.
///
///     # the family
///     chat -1001234567890
///     user 42          # Ada
///     user @grace
///
/// One entry per line. Blank lines and comments after a `#` are ignored.
extension AllowList {
    /// A line of the file that isn't an entry.
    package struct MalformedLine: Error, Equatable, CustomStringConvertible {
        /// From 1 on.
        package let line: Int
        let expected: Entry.Malformed

        // The line itself isn't shown: if the user named the wrong file, it could be the token.
        package var description: String { "line \(line): expected \(expected)" }
    }

    /// Adds the entries of a file; adds nothing if a line is malformed.
    package mutating func add(file: [UInt8]) throws(MalformedLine) {
        var list = self
        let text = file.starts(with: [0xEF, 0xBB, 0xBF]) ? file.dropFirst(3) : file[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            do throws(Entry.Malformed) {
                if let entry = try Self.entry(line) { list.add(entry) }
            } catch {
                throw MalformedLine(line: index + 1, expected: error)
            }
        }
        self = list
    }

    /// Parses a line; nil for one without an entry.
    private static func entry(_ line: ArraySlice<UInt8>) throws(Entry.Malformed) -> Entry? {
        let words = line.prefix { $0 != UInt8(ascii: "#") }
            .split { [0x20, 0x09, 0x0D].contains($0) }
            .map { String(decoding: $0, as: UTF8.self) }
        guard !words.isEmpty else { return nil }
        guard words.count == 2 else { throw .line }
        switch words[0] {
        case "chat": return try Entry(chat: words[1])
        case "user": return try Entry(user: words[1])
        default: throw .line
        }
    }
}
