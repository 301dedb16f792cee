/// What came of a suite's tests, as the process that ran them wrote it.
package nonisolated struct SuiteReport: Sendable {
    private let lines: [Substring]

    package init(_ text: String) {
        lines = text.split(separator: "\n")
    }

    /// What is wrong with a test, in the words of the runner; nil where it passed.
    ///
    /// - Parameter test: its name, without quotes.
    package func fault(of test: String) -> String? {
        let name = "Test \"\(test)\" "
        guard lines.contains(where: { $0.hasPrefix("✘ " + name) }) else {
            let hasPassed = lines.contains { $0.hasPrefix("✔ " + name) || $0.hasPrefix("➜ " + name) }
            return hasPassed ? nil : "its process died:\n" + lastWords.joined(separator: "\n")
        }
        // What belongs to an issue stands in the lines after it.
        var isOfTest = false
        return lines.filter { line in
            if Self.isOfRunner(line) { isOfTest = line.hasPrefix("✘ " + name) }
            return isOfTest
        }.joined(separator: "\n")
    }

    /// The beginning of what came after all that the runner wrote.
    private var lastWords: ArraySlice<Substring> {
        let start = lines.lastIndex(where: Self.isOfRunner) ?? 0
        return lines[start...].prefix(30)
    }

    private static func isOfRunner(_ line: Substring) -> Bool { line.first.map("◇✔✘➜".contains) ?? false }
}
