import BotAPI

extension TelegramPoller {
    package struct Options {
        /// The `timeout` of getUpdates: how long Telegram holds a request if there are no updates. Whole seconds in
        /// 0...50.
        package private(set) var wait: Duration
        /// The time after `wait` at which an unanswered poll is given up.
        package var patience: Duration = .seconds(10)
        /// How long another program may poll for the same bot before this one gives up.
        package var conflictLimit: Duration = .seconds(90)
        /// The offset to start from: an earlier run took every lower update.
        package var offset: Int64?
        /// The updates that earlier runs took; nil if all of them were below `offset`.
        package var taken: TakenUpdates?
        /// The `allowed_updates`. Empty for Telegram's default, which includes kinds added later.
        package private(set) var kinds: [String]
        /// The first poll doesn't wait for updates, so that its answer shows soon that polling works.
        package var firstIsShort = false
        /// Drops the updates that are pending at the start.
        package var dropsPending = false

        package init(wait: Duration, kinds: [String], offset: Int64? = nil) {
            (self.wait, self.kinds, self.offset) = (wait, kinds, offset)
        }
    }
}
