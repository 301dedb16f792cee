import Logging

/// Keeps what is logged.
nonisolated final class LogLines: @unchecked Sendable {
    // All is logged from the loop, and so from one thread.
    private(set) var lines: [String] = []

    /// A logger for all levels.
    var logger: Logger {
        Logger(label: "test") { [self] _ in Handler(lines: self) }
    }

    var text: String { lines.joined(separator: "\n") }

    /// How many lines have these words in them.
    func count(_ words: String) -> Int { lines.count { $0.contains(words) } }

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
