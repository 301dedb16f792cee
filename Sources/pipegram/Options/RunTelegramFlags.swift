import ArgumentParser

/// How `run` gets its updates from Telegram.
struct RunTelegramFlags: ParsableArguments, Sendable {
    @OptionGroup var polling: TelegramFlags
    @OptionGroup var webhook: WebhookFlags

    func validate() throws { try webhook.check(polling) }
}
