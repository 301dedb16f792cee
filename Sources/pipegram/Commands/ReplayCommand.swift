import ArgumentParser

struct ReplayCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Feed recorded updates to a bot and print the calls it makes.",
        usage: "pipegram replay [<options>] <file> [--] <program> [<argument> ...]",
        discussion: """
            Needs neither a token nor a network. Ends when every child has exited: with 0 if all exited with 0 and \
            wrote only valid calls, else with 1.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  pipegram replay updates.ndjson -- ./bot.sh
            """)

    @Argument(
        help: "Updates: one per line, an array, or getUpdates answers; '-' is stdin.",
        completion: .file())
    var file: String

    @Flag(help: "Print calls in order of arrival, each with its scope.")
    var unordered = false

    @Option(
        help: ArgumentHelp(
            "Compare the calls with this file, and print only the difference.", valueName: "file"),
        completion: .file())
    var expect: String?

    @Flag(help: "Write the calls to the --expect file instead.")
    var update = false

    @OptionGroup(title: "Children") var scopeFlags: ScopeFlags
    @OptionGroup(title: "Children") var childFlags: ChildFlags
    @OptionGroup(title: "Children") var fileFlags: FileFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags
    @OptionGroup var bot: ProgramArguments

    func validate() throws {
        try scopeFlags.check(isPlain: childFlags.plain)
        if update, expect == nil {
            throw ValidationError("--update requires --expect FILE.")
        }
    }
}
