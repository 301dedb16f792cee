import BotAPI

extension WebhookSource {
    package struct Options {
        /// The URL to which Telegram posts updates.
        package let url: String
        /// The `allowed_updates`. Empty for Telegram's default, which includes kinds added later.
        package let kinds: [String]
        /// The `max_connections`: how many updates Telegram posts at a time.
        package let connections: Int
        package let secret = WebhookSecret.random()
        /// The updates of earlier runs.
        package let taken: TakenUpdates?
        /// The offset of an earlier run that polled: the updates below it may not be confirmed yet.
        package let offset: Int64?
        /// Drops the updates that are pending at the start.
        package let dropsPending: Bool
        /// How often to ask whether the webhook is still set and works.
        package let checkInterval: Duration = .seconds(30)
        /// How long another program may change the webhook before this one gives up.
        package let conflictLimit: Duration = .seconds(90)

        package init(
            url: String, kinds: [String], connections: Int, taken: TakenUpdates? = nil,
            offset: Int64? = nil, dropsPending: Bool = false
        ) {
            (self.url, self.kinds, self.connections) = (url, kinds, connections)
            (self.taken, self.offset, self.dropsPending) = (taken, offset, dropsPending)
        }

        /// For messages: without the path, which may be secret.
        var place: String { ServerURL.redacted(url) }
    }
}
