import ArgumentParser
import BotGateway

struct DowngradeCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "downgrade",
        abstract: "Prepare a stopped gateway's journal for an older pipegram.",
        usage: "pipegram downgrade [<options>]",
        discussion: """
            A newer pipegram may change the journal's layout, and an older one then rejects the journal and says \
            which layout it supports. Stop the gateway, run this command of the newer pipegram, then start the older \
            one: it finds all events, calls, states and dead letters. Without --state: the configured token's bot, or \
            the only one found. Exits with 0, with 65 if something can't be kept, or with 73 if a gateway is running.

            Example:  pipegram downgrade --to 1
            """)

    @Option(help: ArgumentHelp("Layout that the older pipegram supports", valueName: "layout"))
    var to = JournalDowngrade.layouts.upperBound - 1

    @Flag(help: "Delete scheduled events if the layout has none")
    var dropWakes = false

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup var tokenFlags: TokenFlags
    @OptionGroup var configurationFlags: ConfigurationFlags

    func validate() throws {
        guard JournalDowngrade.layouts.contains(to) else {
            throw ValidationError("Invalid --to '\(to)': it must be \(JournalDowngrade.layouts.lowerBound).")
        }
    }

    @MainActor func start() throws -> ExitCode {
        let place = try stateFlags.existingDirectory(for: tokenFlags)
        do throws(GatewayFailure) {
            let found = try JournalDowngrade.perform(in: place, to: to, dropsWakes: dropWakes)
            printError(
                found <= to
                    ? "the journal in \(place) has layout \(found) already"
                    : "the journal in \(place) has layout \(to) now; the next start of this pipegram upgrades it again"
            )
            return .success
        } catch {
            throw error.asFailure
        }
    }
}
