import ArgumentParser
import BotAPI

struct SimulatorCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "simulator",
        abstract: "Run a simulated Telegram: a Bot API server for any bot.",
        usage: "pipegram simulator [<options>]",
        discussion: """
            Point a bot written with any framework at its address, open that address in a browser, and send messages \
            as any user, there or with curl; GET /simulator lists the commands. The simulator keeps everything in memory. It has one bot, \
            or one for each --token, and then accepts no other token. It has \
            no access control: other machines that reach its address can use it too. With --local, getFile \
            returns local paths, and the bot may send file:// URLs. On SIGINT or SIGTERM it exits with 0.

            Example:  pipegram simulator --listen 127.0.0.1:8081
            """)

    @Option(
        help: ArgumentHelp(
            "IP address and port to listen on (port 0: any free one)",
            valueName: ListenAddress.form))
    var listen = ListenAddress.localhost

    @Option(
        help: ArgumentHelp(
            "Token of a bot (repeatable; default: any)", valueName: "token"))
    var token: [String] = []

    @Flag(
        help: "Behave like telegram-bot-api --local")
    var local = false

    @Flag(help: "Show the bot every group message (privacy mode off)")
    var noPrivacy = false

    @Option(
        help: ArgumentHelp(
            "With manual, only /simulator/clock advances the time", valueName: "clock"))
    var clock = Clock.machine

    @Flag(help: "Log the parameters of calls")
    var logTexts = false

    @OptionGroup(title: "Log") var logFlags: LogFlags<InfoByDefault>
    @OptionGroup var configurationFlags: ConfigurationFlags

    enum Clock: String, ExpressibleByArgument, CaseIterable, Sendable {
        case machine, manual
    }

    func validate() throws {
        for token in token {
            do {
                _ = try MainActor.assumeIsolated { try BotToken(token) }
            } catch {
                throw ValidationError("Invalid --token: \(error).")
            }
        }
        let ids = token.map { $0.prefix { $0 != ":" } }
        for (number, id) in ids.enumerated() where ids[..<number].contains(id) {
            throw ValidationError("Two values of --token are for the bot \(id): give one token per bot.")
        }
    }
}
