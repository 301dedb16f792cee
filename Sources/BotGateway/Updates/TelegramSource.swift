/// A source that gets updates from Telegram, by polling or by a webhook, and how it is doing.
package protocol TelegramSource: UpdateSource {
    /// Called each time that Telegram shows that updates can arrive.
    var onAnswer: () -> Void { get set }
    /// Telegram posts the updates to a webhook. Otherwise they are polled.
    var isWebhook: Bool { get }
    /// When Telegram last answered or was first asked, in seconds since 1970; nil before that.
    var lastPoll: Int64? { get }
    /// When Telegram last answered, in seconds since 1970; nil before the first answer.
    var lastAnswer: Int64? { get }
    /// Updates can't arrive now, as far as is known.
    var isFailing: Bool { get }
    /// How many requests for updates failed.
    var errors: Int { get }
}
