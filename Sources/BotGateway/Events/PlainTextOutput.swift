import BotAPI

/// Gathers a program's plain-text output and splits it into messages.
struct PlainTextOutput {
    enum Message: Equatable {
        case text(String)
        /// The URL as printed: `file:///tmp/cat.png`.
        case file(String)
    }

    /// Telegram's limit for a message, in UTF-16 units. Telegram counts code points, and there are never more of those.
    static let limit = 4096
    /// The same for a rich message.
    static let richLimit = 32_768

    /// Whether a line `file:///…` is a file.
    private let sendsFiles: Bool
    private let limit: Int
    private var lines: [String] = []
    private var units = 0
    /// The start of an escape sequence whose rest isn't printed yet.
    private var unfinished = ""

    /// A longer sequence is taken for garbage.
    private static let longestSequence = 4096

    init(sendsFiles: Bool = true, limit: Int = PlainTextOutput.limit) {
        (self.sendsFiles, self.limit) = (sendsFiles, limit)
    }

    var isEmpty: Bool { lines.isEmpty }

    /// Adds a line without its newline.
    ///
    /// - Parameter isCut: the rest of the line is still to come.
    /// - Returns: the messages that this completes, in order.
    mutating func append(_ text: String, isCut: Bool = false) -> [Message] {
        var line = unfinished + text
        unfinished = isCut ? PrintedLine.unfinishedSequence(in: line) : ""
        line.unicodeScalars.removeLast(unfinished.unicodeScalars.count)
        if unfinished.utf8.count > Self.longestSequence { unfinished = "" }
        if sendsFiles, line.hasPrefix("file:///") { return flush() + [.file(Self.trimmed(line))] }
        var messages: [Message] = []
        for part in Self.parts(of: PrintedLine.visible(line), limit: limit) {
            let count = part.utf16.count
            if units + lines.count + count > limit { messages += flush() }
            lines.append(part)
            units += count
        }
        return messages
    }

    /// Ends the message gathered so far.
    mutating func flush() -> [Message] {
        defer { (lines, units) = ([], 0) }
        return Self.text(of: lines).map { [.text($0)] } ?? []
    }

    /// The message gathered so far, cut to what a draft can show.
    ///
    /// - Parameter part: the beginning of the next line.
    func preview(with part: String) -> String? {
        var line = unfinished + part
        line.unicodeScalars.removeLast(PrintedLine.unfinishedSequence(in: line).unicodeScalars.count)
        return Self.text(of: lines + [PrintedLine.visible(line)]).flatMap {
            Self.parts(of: $0, limit: Self.limit).last
        }
    }

    /// The lines as one text without blank ones at its ends; nil if all are blank.
    private static func text(of lines: [String]) -> String? {
        let printed = lines.drop(while: PrintedLine.isBlank)
        guard let last = printed.lastIndex(where: { !PrintedLine.isBlank($0) }) else { return nil }
        return printed[...last].joined(separator: "\n")
    }

    /// Splits a line that is longer than a message: between characters if possible, and never within a surrogate pair.
    private static func parts(of line: String, limit: Int) -> [String] {
        guard line.utf16.count > limit else { return [line] }
        var parts: [String] = []
        var part = ""
        var count = 0
        func add(_ text: String) {
            let units = text.utf16.count
            if count + units > limit {
                parts.append(part)
                (part, count) = ("", 0)
            }
            part += text
            count += units
        }
        for character in line {
            if character.utf16.count <= limit {
                add(String(character))
            } else {
                character.unicodeScalars.forEach { add(String($0)) }
            }
        }
        return parts + [part]
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop(while: \.isWhitespace).reversed())
    }
}
