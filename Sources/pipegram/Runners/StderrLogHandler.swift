import Glibc
import JSON
import Logging
import Reactor

/// Writes each record as one line to stderr: time, level, scope, pid, other metadata, message.
struct StderrLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    let format: LogFormat

    init(format: LogFormat) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { $1 }
        let line = line(event.level, "\(event.message)", details)
        MainActor.assumeIsolated { LogOutput.stderr.write(line) }
    }

    private func line(_ level: Logger.Level, _ message: String, _ details: Logger.Metadata) -> [UInt8] {
        let line =
            switch format {
            case .text: text(level, message, details)
            case .json: json(level, message, details)
            }
        return Array("\(line)\n".utf8)
    }

    /// The line that stands in the place of dropped lines.
    fileprivate func line(dropped count: Int) -> [UInt8] {
        line(.warning, "dropped \(count.counted("log line")): stderr wasn't read", [:])
    }

    /// The first metadata keys; others follow by name.
    private static let order = ["scope", "pid", "update", "line"]

    private func sorted(_ details: Logger.Metadata) -> [(key: String, value: String)] {
        let rank = { (key: String) in (Self.order.firstIndex(of: key) ?? Self.order.count, key) }
        return details.sorted { rank($0.key) < rank($1.key) }.map { ($0.key, "\($0.value)") }
    }

    private func text(_ level: Logger.Level, _ message: String, _ details: Logger.Metadata) -> String {
        var parts = [Self.time, "\(level)"]
        parts += sorted(details).map { $0.key == "scope" ? $0.value : "\($0.key)=\($0.value)" }
        parts.append(message)
        // A child's output must not break lines or control the terminal.
        return parts.joined(separator: " ").escapingControls
    }

    private func json(_ level: Logger.Level, _ message: String, _ details: Logger.Metadata) -> String {
        let details = sorted(details)
        return MainActor.assumeIsolated {
            var record: JSON = ["time": JSON(Self.time), "level": JSON("\(level)")]
            for (key, value) in details { record.set(key, JSON(value)) }
            record.set("message", JSON(message))
            return record.description.escapingControlsInJSON
        }
    }

    /// Now, as `2026-11-21T07:10:10.123Z`.
    private static var time: String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var date = tm()
        gmtime_r(&now.tv_sec, &date)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let day =
            "\(1900 + Int(date.tm_year))-\(padded(Int(date.tm_mon) + 1, 2))-\(padded(Int(date.tm_mday), 2))"
        let clock = [date.tm_hour, date.tm_min, date.tm_sec].map { padded(Int($0), 2) }.joined(separator: ":")
        return "\(day)T\(clock).\(padded(now.tv_nsec / 1_000_000, 3))Z"
    }
}

extension LogFlags {
    /// A logger on stderr, or in the journal that stderr leads to.
    func logger() -> Logger {
        let handler = StderrLogHandler(format: logFormat ?? .text)
        let journal = MainActor.assumeIsolated {
            LogOutput.stderr.reportDropped = handler.line(dropped:)
            return SystemdJournal.ofStderr(stream: Environment.variable("JOURNAL_STREAM"))
        }
        var logger = Logger(label: "pipegram") { _ in
            guard let journal, logFormat == nil else { return handler }
            return JournalLogHandler(journal, fallback: handler)
        }
        logger.logLevel = logLevel
        return logger
    }
}
