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
            Changes nothing. It asks the running gateway, else it reads the journal. Without --state: the configured token's bot, or the only one found. Exits with 0 if \
            the gateway runs and Telegram answers its polls, else with 1, or with 66 if no gateway has run.

            Example:  pipegram status --json | jq .events
            """)

    private static let patience: Duration = .seconds(5)

    @Flag(help: "Print one JSON object")
    var json = false

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup var tokenFlags: TokenFlags
    @OptionGroup var configurationFlags: ConfigurationFlags

    @MainActor func start() throws -> ExitCode {
        do {
            if let server = try stateFlags.client() { return try show(StateReport(of: server)) }
            let place = try stateFlags.existingDirectory(for: tokenFlags)
            let loop = try EventLoop()
            guard let client = try? ControlClient(at: StateDirectory.controlSocket(in: place), on: loop)
            else {
                return try show(StateReport(of: place))
            }
            if let answer = ask(client, on: loop) {
                let lines = answer["lines"]?.elements.compactMap(\.string) ?? []
                return try show(answer["report"] ?? [:], lines, isPolling: answer["ok"]?.bool == true)
            }
            printError("the gateway doesn't answer; its journal has:")
            _ = try show(StateReport(of: place))
            return .problemsFound
        } catch let failure as GatewayFailure {
            throw failure.asFailure
        }
    }

    /// The gateway's answer; nil if none comes in time.
    @MainActor private func ask(_ client: ControlClient, on loop: EventLoop) -> JSON? {
        var reply: ControlClient.Reply?
        client.request("status") { reply = $0 }
        _ = loop.run(until: { reply != nil }, within: Self.patience)
        client.close()
        return try? reply?.get()
    }

    @MainActor private func show(_ report: StateReport) throws -> ExitCode {
        try show(report.json, report.lines, isPolling: report.isPolling)
    }

    @MainActor private func show(_ report: JSON, _ lines: [String], isPolling: Bool) throws -> ExitCode {
        // Names come from Telegram's users.
        let lines = json ? [report.description.escapingControlsInJSON] : lines.map(\.escapingControls)
        try printOut(Array("\(lines.joined(separator: "\n"))\n".utf8))
        return isPolling ? .success : .problemsFound
    }
}
