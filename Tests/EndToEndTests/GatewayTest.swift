import Glibc
import JSON
import Reactor
import TestSupport

@testable import BotGateway
@testable import TelegramSimulator

/// `pipegram run` against a simulated Bot API, both in the test's loop.
final class GatewayTest: Rigged {
    let rig: TestRig
    let telegram: SimulatorServer
    private(set) var gateway: ProgramRun?
    private var messageIDs: [Int64: Int64] = [:]

    init(on rig: TestRig) throws {
        self.rig = rig
        telegram = try rig.simulator()
    }

    isolated deinit {
        guard let gateway, gateway.exit == nil else { return }
        gateway.signal(SIGKILL)
        gateway.wait()
    }

    /// Starts the gateway with a bot from `Tests/Bots`.
    @discardableResult
    func run(
        _ options: [String] = [], bot: String, environment: [String: String] = [:]
    ) throws -> ProgramRun {
        try run(options + ["--", ProjectPaths.bot(bot)], environment: environment)
    }

    @discardableResult
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> ProgramRun {
        let polling = arguments.contains("--webhook") ? [] : ["--poll-timeout", "10s"]
        return try start(["run"] + polling + arguments, environment: environment)
    }

    /// Starts any command of the program.
    @discardableResult
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ProgramRun {
        let gateway = try rig.pipegram(arguments, environment: variables.merging(environment) { $1 })
        self.gateway = gateway
        return gateway
    }

    /// The environment variables of the program.
    var variables: [String: String] {
        [
            "TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "TRANSCRIPTS": files.path,
            "XDG_STATE_HOME": "\(files.path)/state",
        ]
    }

    /// Runs another command on the gateway's state and waits for its end.
    @discardableResult
    func command(_ arguments: [String], environment: [String: String] = [:]) throws -> ProgramRun {
        let variables = ["TELEGRAM_BOT_TOKEN": telegram.token, "XDG_STATE_HOME": "\(files.path)/state"]
        let command = try rig.pipegram(arguments, environment: variables.merging(environment) { $1 })
        command.wait()
        return command
    }

    /// Sends a message from the user of a private chat.
    func say(_ text: String, in chat: Int64) {
        messageIDs[chat, default: 0] += 1
        telegram.add(
            [
                "message_id": JSON(messageIDs[chat] ?? 1),
                "from": ["id": JSON(chat), "is_bot": false, "first_name": "Ada"],
                "chat": ["id": JSON(chat), "type": "private", "first_name": "Ada"], "date": 1_700_000_000,
                "text": JSON(text),
            ], as: "message")
    }

    /// The texts sent to a chat, in order.
    func texts(in chat: Int64) -> [String] {
        telegram.calls
            .filter { $0.wasCarriedOut && $0.parameters["chat_id"]?.integer == chat }
            .compactMap { $0.parameters["text"]?.string }
    }

    /// The chat actions sent to a chat.
    func actions(in chat: Int64) -> [String] {
        telegram.calls.filter { $0.method == "sendChatAction" && $0.parameters["chat_id"]?.integer == chat }
            .compactMap { $0.parameters["action"]?.string }
    }

    /// Runs the loop until a log record contains `text`.
    func waitForLog(_ text: String, within limit: Duration = .seconds(20)) -> Bool {
        wait(within: limit) { gateway?.errors.contains { $0.contains(text) } == true }
    }

    /// The lines that a bot has recorded for a chat.
    func transcript(of chat: Int64) -> [String] {
        files.read("\(chat)")?.split(separator: "\n").map(String.init) ?? []
    }

    /// The number of rows in a table of the gateway's journal.
    func count(_ table: String) throws -> Int64? {
        let directory = "\(files.path)/state/pipegram/7"
        return try JournalDatabase.open(in: directory, for: .reading).integer(
            "SELECT count(*) FROM \(table)")
    }

    /// Simulates a full disk: no file of the gateway can grow beyond this size. Nil lifts the limit.
    func limitFiles(of gateway: ProgramRun, to bytes: Int?) throws {
        let limit = bytes.map(String.init) ?? "unlimited"
        let command = ["prlimit", "--pid", "\(gateway.pid)", "--fsize=\(limit):unlimited"]
        guard try rig.run(command).wait() == 0 else { throw SystemError("prlimit") }
    }

    /// Stops the gateway and returns its exit status.
    func stop(_ signal: Int32 = SIGTERM) -> Int32 {
        gateway?.signal(signal)
        return gateway?.wait() ?? -1
    }
}
