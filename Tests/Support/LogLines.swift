import Logging

/// Keeps what is logged.
package nonisolated final class LogLines: @unchecked Sendable {
    // All is logged from the loop, and so from one thread.
    package private(set) var lines: [String] = []

    package init() {}

    /// A logger for all levels.
    package var logger: Logger {
        Logger(label: "test") { [self] _ in Handler(lines: self) }
    }

    package var text: String { lines.joined(separator: "\n") }

    /// How many lines have these words in them.
    package func count(_ words: String) -> Int { lines.count { $0.contains(words) } }

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
        }
    }
}
