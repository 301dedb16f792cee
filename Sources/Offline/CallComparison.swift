import JSON

/// Compares the calls of a replay with recorded ones, as JSON: the order of keys doesn't matter.
package struct CallComparison {
    private let expected: [Line]
    private let actual: [Line]

    private struct Line: Equatable {
        /// As it stands in the file.
        let text: String
        /// The same with its keys sorted, or the text itself where it isn't JSON.
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
        // Of bytes: to a String CRLF is one character, and no newline.
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return text.isEmpty ? nil : Line(String(decoding: text, as: UTF8.self))
        }
    }

    package var isEqual: Bool { expected == actual }

    /// The difference, with some lines around it: ` ` in both, `-` only expected, `+` only now.
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

    /// So many lines are compared from the first difference up to the last one: finding the shortest
    /// difference of long texts that have little in common takes for ever.
    private static let window = 1000

    /// The lines of both with their marks, and their numbers in what was expected.
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
