import Reactor

/// The draft that shows a message while it is being printed.
///
/// - SeeAlso: https://core.telegram.org/bots/api#sendmessagedraft
struct MessageDraft {
    private static let interval: Duration = .seconds(1)
    /// A draft disappears after 30 s.
    private static let lifetime: Duration = .seconds(20)

    /// Versions with the same number are one draft.
    private var number: Int64 = 1
    private var shown: (text: String, at: Instant)?
    private var isRefused = false

    /// Returns the number for this version of the draft; nil if it needn't be sent now.
    mutating func show(_ text: String, at now: Instant) -> Int64? {
        guard !isRefused else { return nil }
        if let shown, now < shown.at + (text == shown.text ? Self.lifetime : Self.interval) { return nil }
        shown = (text, now)
        return number
    }

    /// The message is sent: the next one has a draft of its own.
    mutating func end() {
        if shown != nil { number += 1 }
        shown = nil
    }

    /// Telegram shows no drafts in this chat.
    mutating func wasRefused() { isRefused = true }
}
