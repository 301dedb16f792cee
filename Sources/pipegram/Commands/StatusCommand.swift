import ArgumentParser
import BotGateway
import JSON
import Reactor

struct StatusCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a gateway's state, running or stopped.",
        usage: "pipegram status [<options>]",
        discussion: """
            Shows its uptime, its children, the events waiting for each chat, dead letters, and rate-limited chats. \
            Changes nothing. Without --state: the configured token's bot, or the only one found. Exits with 0 if \
            the gateway runs and Telegram answers its polls, else with 1, or with 66 if no gateway has run.

            Example:  pipegram status --json | jq .events
            """)

    @Flag(help: "Print one JSON object")
    var json = false

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup var tokenFlags: TokenFlags
    @OptionGroup var configurationFlags: ConfigurationFlags

    @MainActor func start() throws -> ExitCode {
        do {
            let report =
                if let server = try stateFlags.client() { try StateReport(of: server) } else {
                    try StateReport(of: stateFlags.existingDirectory(for: tokenFlags))
                }
            // Names come from Telegram's users.
            let lines =
                json ? [report.json.description.escapingControlsInJSON] : report.lines.map(\.escapingControls)
            try printOut(Array("\(lines.joined(separator: "\n"))\n".utf8))
            return report.isPolling ? .success : .problemsFound
        } catch let failure as GatewayFailure {
            throw failure.asFailure
        }
    }
}
