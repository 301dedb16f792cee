import ArgumentParser
import BotGateway
import JSON

struct StatusCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a gateway holds, be it running or not.",
        discussion: """
            Reads its state and changes nothing: since when it runs, its children, what waits for each chat, dead \
            letters, and chats that Telegram told to wait. Ends at once: with 0, or with 66 where no gateway has \
            run. Without --state it is the bot's whose token there is, else the only one.

            Example:  pipegram status --json | jq .events
            """)

    @Flag(help: "One JSON object, for programs.")
    var json = false

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup var tokenFlags: TokenFlags

    @MainActor func start() throws -> ExitCode {
        let place = try stateFlags.existingDirectory(for: tokenFlags)
        do {
            let report = try StateReport(of: place)
            let text = json ? report.json.description : report.lines.joined(separator: "\n")
            try printOut(Array("\(text)\n".utf8))
        } catch let failure as GatewayFailure {
            throw failure.asFailure
        }
        return .success
    }
}
