import Logging

/// Keeps what is logged.
package nonisolated final class LogLines: @unchecked Sendable {
    // All is logged from the loop, and so from one thread.
    package private(set) var lines: [String] = []
    /// The update that each line names; an empty string if it names none.
    package private(set) var updates: [String] = []

    package init() {}

    /// A logger for all levels.
    package var logger: Logger {
        Logger(label: "test") { [self] _ in Handler(lines: self) }
    }

    package var text: String { lines.joined(separator: "\n") }

    /// How many lines have these words in them.
    package func count(_ words: String) -> Int { lines.count { $0.contains(words) } }

    /// The updates that the lines with these words name.
    package func updates(of words: String) -> [String] {
        zip(lines, updates).filter { $0.0.contains(words) }.map(\.1)
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let scope = event.metadata?["scope"].map { "\($0) " } ?? ""
            lines.lines.append("\(event.level) \(scope)\(event.message)")
            lines.updates.append(event.metadata?["update"].map { "\($0)" } ?? "")
        }
    }
}
