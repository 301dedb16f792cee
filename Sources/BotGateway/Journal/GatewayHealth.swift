/// How a running gateway gets on with Telegram, for `pipegram status`. The counts are since the start.
package struct GatewayHealth: Equatable {
    /// When getUpdates was last answered or first called, in seconds since 1970; nil before the first call.
    package let lastPoll: Int64?
    /// Whether the latest poll failed.
    package let isPollFailing: Bool
    package let pollErrors: Int
    /// The calls that were rejected or are unknown.
    package let callErrors: Int

    package init(lastPoll: Int64?, isPollFailing: Bool, pollErrors: Int, callErrors: Int) {
        (self.lastPoll, self.isPollFailing) = (lastPoll, isPollFailing)
        (self.pollErrors, self.callErrors) = (pollErrors, callErrors)
    }
}
