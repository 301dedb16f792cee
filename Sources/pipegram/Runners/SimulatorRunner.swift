import ArgumentParser
import BotAPI
import Glibc
import JSON
import Logging
import Reactor
import TelegramSimulator

/// Runs `simulator`: serves the simulated Telegram and logs calls and updates.
@MainActor final class SimulatorRunner {
    /// Telegram's file size limit: longer files are counted but not kept.
    private static let keptBytes = 50 << 20

    private let command: SimulatorCommand
    private let log: Logger
    private let loop: EventLoop
    private let server: SimulatorServer
    private let client: HTTPClient
    private var directory: String?
    private var signals: Signals?
    private var hasPolled = false

    init(_ command: SimulatorCommand) throws {
        self.command = command
        log = command.logFlags.logger()
        loop = try EventLoop.forCommand()
        client = HTTPClient(on: loop, connections: 100, userAgent: "pipegram/\(Version.current)")
        let token = command.token.first ?? "7:secret"
        try command.token.forEach { _ = try Self.id(in: $0) }
        var bot = SimulatedTelegram.demoBot
        bot.set("id", JSON(try Self.id(in: token)))
        let clock: SimulatedClock =
            command.clock == .manual ? .manual(.init()) : .running { Int64(time(nil)) }
        let telegram = SimulatedTelegram(bot: bot, strictness: .strict, clock: clock)
        telegram.seesAllGroupMessages = command.noPrivacy
        server = try Self.server(of: telegram, token: token, at: command.listen, on: loop)
        server.acceptsAnyToken = command.token.isEmpty
        server.slowsSpinning = true
        server.deliverToWebhooks(through: client)
        if command.local {
            directory = try Self.makeDirectory()
            server.localDirectory = directory
        }
    }

    private static func id(in token: String) throws -> Int64 {
        if let id = SimulatorServer.botID(in: token) { return id }
        let number = token.prefix { $0 != ":" }
        throw Failure(
            .validationFailure,
            "Invalid --token for the bot \(number): a bot's id must be from 1 to \(SimulatorServer.lastID)")
    }

    static func server(
        of telegram: SimulatedTelegram, token: String = "7:secret", at place: ListenAddress,
        on loop: EventLoop
    ) throws -> SimulatorServer {
        do {
            let server = try SimulatorServer(
                on: loop, token: token, telegram: telegram, host: place.host, port: place.port,
                firstUpdateID: 1, keptBytes: keptBytes)
            // The control API keeps its own history, without files.
            server.history.limit = 0
            return server
        } catch {
            throw failure(error, place)
        }
    }

    private static func failure(_ error: SystemError, _ place: ListenAddress) -> Failure {
        let wanted = "\(place.host):\(place.port)"
        switch error.code {
        case EADDRINUSE:
            return Failure(
                .cantCreate,
                "\(wanted) is in use, perhaps by another simulator: --listen \(place.host):0 picks a free port"
            )
        case EINVAL:
            return Failure(
                .validationFailure,
                "Invalid --listen '\(place.host)': it must be \(ListenAddress.explanation)")
        default:
            return Failure(.cantCreate, "\(error)")
        }
    }

    private static func makeDirectory() throws -> String {
        do throws(SystemError) {
            return try Directory.makeTemporary(in: Environment.spoolDirectory)
        } catch {
            throw Failure(.cantCreate, "\(error)")
        }
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: loop) { [loop] _ in loop.stop() }
        server.history.onResponse = { [unowned self] in logCall($0, $1) }
        server.onUpdate = { [unowned self] in logUpdate(bot: $0, $1, $2) }
        server.telegram.onUnsimulated = { [log] in log.notice("\($0)") }
        server.onUnseen = { [unowned self] in logUnseen($1, by: $0) }
        // Further bots get the callbacks of the first.
        for token in command.token.dropFirst() {
            try server.addBot(["id": JSON(try Self.id(in: token))], token: token, isPermanent: true)
        }
        server.onWebhookError = { [log] in log.warning("webhook: \($0)") }
        if !command.listen.isLoopback {
            log.warning(
                "this simulator is reachable from other machines: anyone there can send as any user and read all chats"
            )
        }
        defer {
            server.close()
            directory.map(Directory.remove)
        }
        try printOut(Array(introduction.utf8))
        loop.run()
        return .success
    }

    /// The lines that a new user can copy.
    private var introduction: String {
        let token = server.token
        let others =
            server.acceptsAnyToken
            ? ", or any other well-formed token" : command.token.dropFirst().map { ", \($0)" }.joined()
        return """
            listening on \(server.url)
            in a browser \(server.url)/
            base URL     \(server.url)/bot<token>/<method>, files \(server.url)/file/bot<token>/<path>
            token        \(token)\(others)
            a bot        TELEGRAM_BOT_TOKEN=\(token) pipegram run --no-state --api-url \(server.url) -- ./bot.sh
            a person     curl \(server.url)/simulator/users/ada/sendMessage -d text=hello
            its answer   curl '\(server.url)/simulator/actions?timeout=10'

            """
    }

    // MARK: the log

    private func logCall(_ call: SimulatorServer.ReceivedCall, _ outcome: Result<JSON, BotAPIError>?) {
        var parts = [call.method]
        if let bot = name(of: call.bot) { parts.append(bot) }
        let chat = call.parameters["chat_id"].map { $0.string ?? $0.description }
        if let chat { parts.append("chat:\(chat)") }
        if !call.files.isEmpty {
            let size = call.files.reduce(0) { $0 + $1.size }
            parts.append("files=\(call.files.count) bytes=\(size)")
        }
        if command.logTexts { parts.append(call.parameters.description) }
        let answer =
            switch outcome {
            case .success(let result): result["message_id"].map { "ok, message \($0)" } ?? "ok"
            case .failure(let error): "\(error)"
            case nil: "no answer"
            }
        let remark = call.fault == nil ? "" : ", as ordered"
        log.info("\(parts.joined(separator: " ")): \(answer)\(remark)")
    }

    private func logUnseen(_ message: JSON, by bot: Int64) {
        let chat = message["chat"]?["id"]?.integer ?? 0
        log.notice(
            "chat:\(chat): privacy mode hides a message from \(name(of: bot) ?? "the bot"); --no-privacy turns it off"
        )
    }

    private func logUpdate(bot: Int64, _ id: Int64?, _ kind: String) {
        let receiver = name(of: bot).map { " to \($0)" } ?? ""
        if let id {
            log.info("update \(id)\(receiver): \(kind)")
        } else {
            let isFull = server.pendingUpdates(of: bot) >= SimulatorServer.pendingLimit
            let reason =
                isFull ? "too many updates are pending" : "the bot's allowed_updates exclude it"
            log.notice("no \(kind) update\(receiver): \(reason)")
        }
    }

    /// The name of a bot in the log; nil if it is the only one.
    private func name(of bot: Int64) -> String? { server.botCount > 1 ? "bot:\(bot)" : nil }
}

extension SimulatorCommand: LoopCommand {
    @MainActor func start() throws -> ExitCode {
        try SimulatorRunner(self).run()
    }
}
