import ArgumentParser
import BotGateway
import JSON

struct StatusCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a gateway's state, running or stopped.",
        discussion: """
            Shows its uptime, its children, the events waiting for each chat, dead letters, and rate-limited chats. \
            Changes nothing. Without --state: the configured token's bot, or the only one found. Exits with 0, or \
            with 66 if no gateway has run.

            Example:  pipegram status --json | jq .events
            """)

    @Flag(help: "Print one JSON object")
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
