import Logging
import Reactor

/// Sends each record to systemd's journal, with its priority, scope, update and pid as fields.
struct JournalLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    private let journal: SystemdJournal
    /// Takes what the journal doesn't.
    private let fallback: StderrLogHandler

    init(_ journal: SystemdJournal, fallback: StderrLogHandler) {
        (self.journal, self.fallback) = (journal, fallback)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { $1 }
        var fields = [
            (name: "MESSAGE", value: "\(event.message)"), ("PRIORITY", Self.priority(event.level)),
            ("SYSLOG_IDENTIFIER", "pipegram"),
        ]
        fields += details.sorted { $0.key < $1.key }.map { (Self.field($0.key), "\($0.value)") }
        let isSent = MainActor.assumeIsolated { [fields] in journal.send(fields) }
        if !isSent { fallback.log(event: event) }
    }

    /// The name of a field for a metadata key. The journal's own `_PID` is the gateway's.
    private static func field(_ key: String) -> String { key == "pid" ? "BOT_PID" : key.uppercased() }

    /// - SeeAlso: syslog(3)
    private static func priority(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "7"
        case .info: "6"
        case .notice: "5"
        case .warning: "4"
        case .error: "3"
        case .critical: "2"
        }
    }
}
