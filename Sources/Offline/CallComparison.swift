import JSON

/// Compares the calls of a replay with recorded calls as JSON, so the order of keys doesn't matter.
package struct CallComparison {
    private let expected: [Line]
    private let actual: [Line]

    private struct Line: Equatable {
        /// The line as in the file.
        let text: String
        /// The JSON with sorted keys, or `text` if it isn't JSON.
        let canonical: String

        init(_ text: String) {
            self.text = text
            canonical = (try? JSON(parsing: self.text))?.canonical ?? self.text
        }

        static func == (left: Line, right: Line) -> Bool { left.canonical == right.canonical }
    }

    package init(expected: [UInt8], actual: [UInt8]) {
        self.expected = Self.lines(expected)
        self.actual = Self.lines(actual)
    }

    private static func lines(_ bytes: [UInt8]) -> [Line] {
        // Splits bytes, not a String: a String treats CRLF as one character, which isn't equal to a newline.
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return text.isEmpty ? nil : Line(String(decoding: text, as: UTF8.self))
        }
    }

    package var isEqual: Bool { expected == actual }

    /// The difference, with `context` lines around each change. Lines are marked ` ` if they are in both, `-` if only
    /// expected, and `+` if only in the replay.
    package func difference(context: Int = 3) -> String {
        let marked = markedLines
        var isShown = [Bool](repeating: false, count: marked.count)
        for index in marked.indices where marked[index].mark != " " {
            for near in max(0, index - context)...min(marked.count - 1, index + context) {
                isShown[near] = true
            }
        }
        var text = ""
        for index in marked.indices where isShown[index] {
            if index == 0 || !isShown[index - 1] { text += "@@ line \(marked[index].number) @@\n" }
            text += "\(marked[index].mark)\(marked[index].line.text)\n"
        }
        return text
    }

    /// The maximum number of lines to compare between the first and the last difference. The shortest difference
    /// between long texts with little in common takes too long to compute.
    private static let window = 1000

    /// The lines of both texts with their marks, and their line numbers in the expected text.
    private var markedLines: [(mark: Character, line: Line, number: Int)] {
        let same = zip(expected, actual).prefix { $0 == $1 }.count
        let (restExpected, restActual) = (self.expected.dropFirst(same), self.actual.dropFirst(same))
        let sameAtEnd = zip(restExpected.reversed(), restActual.reversed()).prefix { $0 == $1 }.count
        let expected = restExpected.dropLast(sameAtEnd).prefix(Self.window)
        let actual = restActual.dropLast(sameAtEnd).prefix(Self.window)
        var marked = self.expected[..<same].enumerated().map {
            (mark: Character(" "), line: $1, number: $0 + 1)
        }
        var removed: Set<Int> = []
        var inserted: [Int: Line] = [:]
        for change in Array(actual).difference(from: Array(expected)) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, let line, _): inserted[offset] = line
            }
        }
        var position = 0
        func takeInserted(before number: Int) {
            while let new = inserted[position] {
                marked.append(("+", new, number))
                position += 1
            }
        }
        for (index, line) in expected.enumerated() {
            let number = same + index + 1
            if removed.contains(index) {
                marked.append(("-", line, number))
            } else {
                takeInserted(before: number)
                marked.append((" ", line, number))
                position += 1
            }
        }
        takeInserted(before: same + expected.count + 1)
        for (index, line) in restExpected.dropFirst(expected.count).suffix(sameAtEnd).enumerated() {
            marked.append((" ", line, self.expected.count - sameAtEnd + index + 1))
        }
        return marked
    }
}
