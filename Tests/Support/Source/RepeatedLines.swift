/// The runs of lines that stand twice in some files, white space apart. Lines without a word don't count, nor do comments and
/// imports.
package struct RepeatedLines {
    package struct Run: CustomStringConvertible {
        package let first: String
        package let second: String
        package let count: Int

        package var description: String { "\(first) and \(second): \(count) lines" }
    }

    private struct Line {
        let file: Int
        let number: Int
        let text: Int
    }

    package private(set) var runs: [Run] = []
    private var lines: [Line] = []
    private let paths: [String]

    /// - Parameter limit: as many lines may be the same.
    package init(in files: [(path: String, text: String)], beyond limit: Int) {
        paths = files.map(\.path)
        var numbers: [String: Int] = [:]
        for (file, content) in files.enumerated() {
            let texts = content.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, text) in texts.enumerated() {
                guard let words = Self.words(of: text) else { continue }
                let number = numbers[words] ?? numbers.count
                numbers[words] = number
                lines.append(Line(file: file, number: index + 1, text: number))
            }
        }
        findRuns(of: limit + 1)
    }

    /// Nil for a line that doesn't count.
    private static func words(of line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let first = words.first, !first.hasPrefix("//"), first != "import", first != "@testable",
            line.utf8.contains(where: { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") })
        else { return nil }
        return words.joined(separator: " ")
    }

    private mutating func findRuns(of length: Int) {
        var seen: [[Int]: Int] = [:]
        var start = 0
        while start + length <= lines.count {
            defer { start += 1 }
            guard lines[start].file == lines[start + length - 1].file else { continue }
            let window = lines[start..<start + length].map(\.text)
            guard let earlier = seen[window] else {
                seen[window] = start
                continue
            }
            // A run that repeats itself, such as a table's, isn't there twice.
            guard earlier + length <= start else { continue }
            let count = sameLines(earlier, start)
            runs.append(Run(first: place(earlier), second: place(start), count: count))
            start += count - 1
        }
    }

    private func sameLines(_ first: Int, _ second: Int) -> Int {
        var count = 0
        while first + count < second, second + count < lines.count,
            lines[first + count].text == lines[second + count].text,
            lines[first + count].file == lines[first].file, lines[second + count].file == lines[second].file
        {
            count += 1
        }
        return count
    }

    private func place(_ index: Int) -> String { "\(paths[lines[index].file]):\(lines[index].number)" }
}
