import JSON
import Logging

/// Whether Telegram can deliver updates to the webhook, by its own account.
struct WebhookDeliveryReport {
    private var errorDate: Int64 = 0
    private var reported: String?
    /// Updates wait at Telegram, which failed to deliver one since the last request came.
    private(set) var isFailing = false

    /// A request came.
    mutating func succeeded() { isFailing = false }

    /// The webhook was set: Telegram forgets its errors.
    mutating func restarted() { errorDate = 0 }

    /// - Parameter info: a `WebhookInfo`.
    /// - Returns: a record for the log, if there is news.
    mutating func read(_ info: JSON) -> (level: Logger.Level, message: String)? {
        let pending = info["pending_update_count"]?.integer ?? 0
        let date = info["last_error_date"]?.integer ?? 0
        let isNew = date > errorDate
        errorDate = date
        if pending == 0 { return ended() }
        guard isNew, let message = info["last_error_message"]?.string else { return nil }
        isFailing = true
        guard message != reported else { return nil }
        reported = message
        return (
            .warning,
            "Telegram can't deliver updates to the webhook: \(message); \(pending.counted("update")) pending"
        )
    }

    private mutating func ended() -> (level: Logger.Level, message: String)? {
        isFailing = false
        guard reported != nil else { return nil }
        reported = nil
        return (.notice, "Telegram delivers updates to the webhook again")
    }
}
