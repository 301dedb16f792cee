import Logging

/// Passes log records to the chat, which shows them between the messages.
struct ChatLogHandler: LogHandler {
    /// Receives records on the loop's thread.
    @MainActor final class Receiver {
        var onRecord: (Logger.Level, String, _ scope: String?) -> Void = { _, _, _ in }
    }

    var logLevel = Logger.Level.notice
    var metadata: Logger.Metadata = [:]
    let receiver: Receiver

    init(receiver: Receiver) { self.receiver = receiver }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let scope = (event.metadata?["scope"] ?? metadata["scope"]).map { "\($0)" }
        MainActor.assumeIsolated { receiver.onRecord(event.level, "\(event.message)", scope) }
    }
}
