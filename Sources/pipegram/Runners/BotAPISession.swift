import ArgumentParser
import BotAPI
import BotGateway
import JSON
import Logging
import Reactor

/// Shared by the commands that talk to Telegram: the loop, the Bot API client, sign-in and the exit code.
@MainActor final class BotAPISession {
    let log: Logger
    let token: BotToken
    let loop: EventLoop
    let api: BotAPIClient
    private var result: Result<ExitCode, Failure> = .success(.success)

    init(_ server: ServerFlags, log: Logger) throws {
        self.log = log
        token = try server.tokenFlags.token()
        loop = try EventLoop.forCommand()
        let client = HTTPClient(
            on: loop, connections: 64, userAgent: "pipegram/\(Version.current)",
            certificates: server.certificates)
        api = BotAPIClient(url: try server.url, token: token, client: client, on: loop, log: log)
    }

    /// Signs in, calls `start` with the bot's `User`, and runs the loop until `end`.
    func run(
        deletingWebhook: Bool = false, then start: @escaping (JSON) throws(GatewayFailure) -> Void
    ) throws -> ExitCode {
        SignIn(api: api, on: loop).start(deletingWebhook: deletingWebhook) { [self] bot in
            do throws(GatewayFailure) {
                try start(try bot.get())
            } catch {
                end(with: error)
            }
        }
        loop.run()
        return try result.get()
    }

    /// Logs the bot's name and id.
    func introduce(_ bot: JSON, doing: String) {
        let name = bot["username"]?.string.map { "@\($0)" } ?? "a bot without a name"
        log.info("signed in as \(name), id \(bot["id"]?.description ?? "unknown"); \(doing)")
    }

    func caller(_ flags: CallFlags, uploads: Uploads, files: ChildFiles) -> TelegramCaller {
        caller(timeout: flags.callTimeout, log: log, uploads: uploads, files: files)
    }

    /// - Parameter log: nil for none.
    func caller(
        timeout: DurationValue, log: Logger?, uploads: Uploads, files: ChildFiles
    ) -> TelegramCaller {
        TelegramCaller(
            api: api, limit: 32, timeout: timeout.duration ?? .seconds(86_400), uploads: uploads,
            files: files, on: loop, log: log ?? Logger(label: "none") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Nil without --record.
    func record(_ flags: RecordFlags) throws(GatewayFailure) -> UpdateRecord? {
        guard let path = flags.record else { return nil }
        return try record(at: path, redacted: flags.redact)
    }

    func record(at path: String, redacted: Bool) throws(GatewayFailure) -> UpdateRecord {
        try UpdateRecord(
            path: path, redaction: redacted ? Redaction(token: token) : nil, on: loop, log: log)
    }

    func end() { end(with: .success(.success)) }

    func end(with failure: GatewayFailure) { end(with: .failure(failure.asFailure)) }

    func end(with result: Result<ExitCode, Failure>) {
        self.result = result
        loop.stop()
    }
}
