import ArgumentParser
import BotAPI
import Reactor

struct ConfigCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the configuration, and print the options that a command gets.",
        discussion: """
            Prints each option of the command, its value, and the origin of the value: the default, a line of the \
            configuration file, or an environment variable. Options on a command line win over both.

            The file is --config FILE, else $PIPEGRAM_CONFIG, else $XDG_CONFIG_HOME/pipegram/config.toml, else \
            ~/.config/pipegram/config.toml. Its keys are the long names of options, for example \
            idle-timeout = "1h", and 'program' for the bot. Keys before the first table are for all commands; those \
            after [run] are for 'run'. In the environment, --idle-timeout is PIPEGRAM_IDLE_TIMEOUT.

            An unknown key or an invalid value, for any command, is an error (exit 78).

            Example:  pipegram config run
            """)

    @Argument(help: "Command")
    var command = "run"

    @Flag(help: "Print one JSON object")
    var json = false

    @OptionGroup var configurationFlags: ConfigurationFlags

    @MainActor func start() throws -> ExitCode {
        let commands = CommandCatalog(Pipegram.commands)
        guard let described = commands[command], described.takesSettings else {
            let hint = SpellingSuggestion.hint(to: command, among: commands.names)
            throw Failure(.validationFailure, "'\(command)' is not a command with options\(hint)")
        }
        let file = configurationFlags.config
        let report = SettingsReport(try Settings(of: described, configuration: file, commands))
        try Settings.check(configuration: file, commands, parsing: Pipegram.problem)
        let lines =
            json ? [report.json.description.escapingControlsInJSON] : report.lines.map(\.escapingControls)
        try printOut(Array("\(lines.joined(separator: "\n"))\n".utf8))
        return .success
    }
}
