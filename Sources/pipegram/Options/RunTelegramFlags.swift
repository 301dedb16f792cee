import ArgumentParser

/// How `run` gets its updates from Telegram.
struct RunTelegramFlags: ParsableArguments, Sendable {
    @OptionGroup var server: ServerFlags
    @OptionGroup var polling: PollingFlags
    @OptionGroup var webhook: WebhookFlags

    func validate() throws { try webhook.check(polling, server) }
}
