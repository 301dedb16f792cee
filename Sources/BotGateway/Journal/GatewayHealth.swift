/// How a running gateway gets on with Telegram, for `pipegram status`. The counts are since the start.
package struct GatewayHealth: Equatable {
    /// When getUpdates was last answered or first called, in seconds since 1970; nil before the first call.
    package let lastPoll: Int64?
    /// Whether the latest poll failed.
    package let isPollFailing: Bool
    package let pollErrors: Int
    /// The calls that were rejected or are unknown.
    package let callErrors: Int
    /// A webhook brings the updates: `lastPoll` and the others tell of requests to and from Telegram about it.
    package let isWebhook: Bool

    package init(
        lastPoll: Int64?, isPollFailing: Bool, pollErrors: Int, callErrors: Int, isWebhook: Bool
    ) {
        (self.lastPoll, self.isPollFailing, self.isWebhook) = (lastPoll, isPollFailing, isWebhook)
        (self.pollErrors, self.callErrors) = (pollErrors, callErrors)
    }
}
