import ArgumentParser
import BotAPI

struct SimulatorCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulator",
        abstract: "Serve a simulated Telegram, as a Bot API server for any bot.",
        discussion: """
            A bot of any framework that is pointed at its address talks to a Telegram in memory, with one bot and any \
            number of people, whom you speak for with curl: docs/simulator.md has the lines. It keeps nothing: when \
            it ends, all is forgotten. SIGINT or SIGTERM ends it with status 0.

            Example:  pipegram simulator --listen 127.0.0.1:8081
            """)

    @Option(
        help: ArgumentHelp(
            "Where it listens; port 0 lets the system pick one. Whoever can reach it can use it.",
            valueName: "address:port"))
    var listen = ListenAddress.localhost

    @Option(
        help: ArgumentHelp(
            "The only token that is accepted; without it, any that looks like one.", valueName: "token"))
    var token: String?

    @Flag(
        help: """
            As a Bot API server does with the same option: files lie on this machine, are named by their paths, and \
            may be sent by file://.
            """)
    var local = false

    @Flag(help: "The bot sees every message of a group, as with privacy mode switched off.")
    var noPrivacy = false

    @Flag(help: "Log what calls say, and not only that they were made.")
    var logTexts = false

    @OptionGroup(title: "Log") var logFlags: LogFlags

    func validate() throws {
        guard let token else { return }
        do {
            _ = try MainActor.assumeIsolated { try BotToken(token) }
        } catch {
            throw ValidationError("--token: \(error).")
        }
    }

    @MainActor func start() throws -> ExitCode {
        try SimulatorRunner(self).run()
    }
}
