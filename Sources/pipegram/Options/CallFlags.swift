import ArgumentParser
import BotAPI
import BotGateway

/// How calls are sent.
struct CallFlags: ParsableArguments, Sendable {
    @Option(help: .duration("Time to wait for the answer to a call."))
    var callTimeout = DurationValue.seconds(60)

    @MainActor func caller(of bot: BotAPISession, uploads: Uploads, files: ChildFiles) -> TelegramCaller {
        TelegramCaller(
            api: bot.api, limit: 32, timeout: callTimeout.duration ?? .seconds(86_400), uploads: uploads,
            files: files, on: bot.loop, log: bot.log)
    }
}
