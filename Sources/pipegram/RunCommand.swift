import ArgumentParser
import BotGateway
import Glibc
import JSON
import Logging
import Reactor

struct RunCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a bot on Telegram: one child of your program for each chat.",
        usage: "pipegram run [<options>] [--] <program> [<argument> ...]",
        discussion: """
            Asks Telegram for updates until it is stopped. SIGINT or SIGTERM lets every child finish what it \
            was given, sends what they said, and ends with status 0; a second one ends at once.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  TELEGRAM_BOT_TOKEN=… pipegram run -- ./bot.sh
            """)

    @OptionGroup(title: "Telegram") var telegram: TelegramFlags
    @OptionGroup(title: "Telegram") var tokenFlags: TokenFlags
    @OptionGroup(title: "Children") var childFlags: ChildFlags

    @OptionGroup(title: "Children") var lifeFlags: LifeFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags
    @OptionGroup var bot: ProgramArguments

    @MainActor func start() throws -> ExitCode {
        try RunningGateway(self).run()
    }
}

/// How long things last in a gateway that runs for ever.
struct LifeFlags: ParsableArguments, Sendable {
    @Option(help: .duration("A child with nothing to do for so long is ended; 'never' to keep it."))
    var idleTimeout = DurationValue.seconds(15 * 60)

    @Option(help: .duration("How long a stop may take before everything is given up."))
    var stopTimeout = DurationValue.seconds(30)

    @Flag(help: "Keep everything in memory: what waits is lost when the gateway is. So far it always does.")
    var noState = false
}

/// Where and how updates are asked for, and calls sent.
struct TelegramFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "The Bot API server; else $TELEGRAM_API_URL, else Telegram's own.", valueName: "url"))
    var apiURL: String?

    @Option(help: .duration("How long Telegram holds a question for updates, at most 50s."))
    var pollTimeout = DurationValue.seconds(50)

    @Option(
        help: ArgumentHelp(
            "The kinds of update to ask for, with commas between, or 'all'. Without it Telegram chooses.",
            valueName: "list"))
    var allowedUpdates: String?

    @Flag(help: "Take a webhook away that is set for the bot, so that updates can be asked for.")
    var deleteWebhook = false

    @Option(help: .duration("After so long without an answer a call is given up as unknown."))
    var callTimeout = DurationValue.seconds(60)

    func validate() throws {
        guard let wait = pollTimeout.duration, (.zero)...(.seconds(50)) ~= wait,
            wait.components.attoseconds == 0
        else { throw ValidationError("--poll-timeout takes whole seconds, from 0s to 50s.") }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw ValidationError(
                "The Bot API's address starts with https:// or http://, not as '\(url)' does.")
        }
    }

    var url: String { apiURL ?? variable("TELEGRAM_API_URL") ?? BotAPI.officialURL }

    @MainActor var kinds: [String] {
        guard let allowedUpdates else { return [] }
        if allowedUpdates == "all" { return UpdateKinds.all }
        return allowedUpdates.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    }
}

/// The parts of `run`, put together.
@MainActor private final class RunningGateway {
    private let command: RunCommand
    private let log: Logger
    private let loop: EventLoop
    private let token: BotToken
    private var program: Program
    private let limit: UInt64
    private let api: BotAPI
    private var gateway: Gateway?
    private var signals: Signals?
    private var result: Result<ExitCode, Failure> = .success(.success)

    init(_ command: RunCommand) throws {
        self.command = command
        log = command.logFlags.logger(usually: .info)
        program = try command.bot.find()
        token = try command.tokenFlags.token()
        (program.descriptorLimit, limit) = DescriptorLimit.raise()
        loop = try EventLoop()
        let client = HTTPClient(on: loop, connections: 64, userAgent: "pipegram/\(Version.current)")
        api = BotAPI(url: command.telegram.url, token: token, client: client, on: loop, log: log)
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: loop) { [unowned self] in stop(on: $0) }
        let signIn = SignIn(api: api, on: loop)
        signIn.start(deletingWebhook: command.telegram.deleteWebhook) { [unowned self] in signedIn($0) }
        loop.run()
        return try result.get()
    }

    private func signedIn(_ bot: Result<JSON, GatewayFailure>) {
        switch bot {
        case .success(let bot): start(as: bot)
        case .failure(let failure): end(with: failure)
        }
    }

    private func start(as bot: JSON) {
        let name = bot["username"]?.string.map { "@\($0)" } ?? "a bot without a name"
        log.info("this is \(name), id \(bot["id"]?.description ?? "unknown"); waiting for updates")
        var options = command.childFlags.options
        options.idleTimeout = command.lifeFlags.idleTimeout.duration
        options.maxChildren = childLimit(wanted: command.childFlags.maxChildren, descriptors: limit)
        if options.maxChildren < command.childFlags.maxChildren {
            log.warning("\(limit) descriptors are enough for \(options.maxChildren) children at a time")
        }
        let environment = ChildEnvironment(
            gateway: environmentVariables(), isSecret: token.isIn, bot: bot, version: Version.current)
        let children = Children(
            program, environment: environment, bot: bot, options: options, spoolDirectory: spoolDirectory,
            on: loop, log: log)
        let poller = TelegramPoller(
            api: api,
            options: .init(wait: command.telegram.pollTimeout.duration ?? .seconds(50), kinds: kinds),
            on: loop, log: log)
        let caller = TelegramCaller(
            api: api, limit: 32, timeout: command.telegram.callTimeout.duration ?? .seconds(86_400),
            on: loop, log: log)
        let gateway = Gateway(
            from: poller, through: children, to: caller,
            stopTimeout: command.lifeFlags.stopTimeout.duration ?? .seconds(1_000_000_000), on: loop, log: log
        )
        self.gateway = gateway
        gateway.start { [unowned self] end in
            switch end {
            case .finished: loop.stop()
            case .failed(let failure): self.end(with: failure)
            }
        }
    }

    private var kinds: [String] {
        let kinds = command.telegram.kinds
        for kind in kinds where !UpdateKinds.all.contains(kind) {
            log.warning(
                "--allowed-updates: '\(kind)' is unknown here; Telegram ignores names it doesn't know")
        }
        return kinds
    }

    private func stop(on signal: Int32) {
        guard let gateway, !gateway.isEnding else {
            // A second signal, or a first one before there was anything to finish. The children go with us.
            if gateway != nil { _exit(128 + signal) }
            return loop.stop()
        }
        log.info("stopping: children finish what they have; once more ends at once")
        gateway.stop()
    }

    private func end(with failure: GatewayFailure) {
        result = .failure(failure.asFailure)
        loop.stop()
    }
}

/// Where what is too much for memory waits.
var spoolDirectory: String { variable("TMPDIR") ?? "/tmp" }
