import ArgumentParser
import BotGateway
import JSON

struct TellCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "tell",
        abstract: "Put an event of your own into a bot's chat.",
        usage: "pipegram tell [<options>] <scope> [<value> ...]",
        discussion: """
            The child of the scope, started if there is none, reads {"type":"telegram.told","value":…}: for cron jobs, \
            mail and webhooks. The value is JSON, or with --text a text; without one, stdin. It may have 64 KiB. \
            Scopes are written as in 'pipegram status', such as chat:42.

            Exits with 0 once the event is in the gateway's journal: like an update, it is kept until it is \
            acknowledged. While no gateway runs, the next start delivers it. Exits with 66 if no gateway has run with \
            this state, and with 73 or 75 if it can't be stored now.

            Example:  pipegram tell chat:42 '{"backup":"done"}'
                      df -h | pipegram tell --text chat:42
            """)

    @Flag(help: "Take the value as text, not as JSON")
    var text = false

    @Argument(help: ArgumentHelp("Scope, as 'pipegram status' writes it", valueName: "scope"))
    var scope: String

    @Argument(help: ArgumentHelp("JSON, or text with --text (default: stdin)", valueName: "value"))
    var value: [String] = []

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup var tokenFlags: TokenFlags
    @OptionGroup var configurationFlags: ConfigurationFlags

    func validate() throws {
        // ArgumentParser reports an unknown option, whose value looks like a scope here.
        guard !UsageHints.hasUnknownOption else { return }
        // The shell has removed the quotes of its strings.
        guard text || value.count < 2 else {
            throw ValidationError(
                "The value has \(value.count) words: put JSON into quotes, such as '{\"backup\":\"done\"}', or add --text."
            )
        }
    }
}
