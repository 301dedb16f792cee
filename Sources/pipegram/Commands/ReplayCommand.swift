import ArgumentParser

struct ReplayCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Feed recorded updates to a bot and print the calls it makes.",
        usage: "pipegram replay [<options>] <file> [--] <program> [<argument> ...]",
        discussion: """
            Talks to no network and needs no token. Ends when every child has exited: with 0 if each exited \
            with 0 and wrote nothing but valid calls, with 1 if not.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  pipegram replay updates.ndjson -- ./bot.sh
            """)

    @Argument(
        help: "Recorded updates: one a line, an array, or getUpdates answers; '-' is stdin.",
        completion: .file())
    var file: String

    @Flag(help: "Print calls as they come, with the scope in each line, not grouped by scope.")
    var unordered = false

    @Option(
        help: ArgumentHelp(
            "Compare the calls with recorded ones; print nothing but the difference.", valueName: "file"),
        completion: .file())
    var expect: String?

    @Flag(help: "Write the calls to the file of --expect instead.")
    var update = false

    @OptionGroup(title: "Children") var scopeFlags: ScopeFlags
    @OptionGroup(title: "Children") var childFlags: ChildFlags
    @OptionGroup(title: "Children") var fileFlags: FileFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags
    @OptionGroup var bot: ProgramArguments

    func validate() throws {
        try scopeFlags.check(isPlain: childFlags.plain)
        if update, expect == nil {
            throw ValidationError("--update goes with --expect FILE, which it writes.")
        }
    }

    @MainActor func start() throws -> ExitCode {
        try ReplayRunner(self).run()
    }
}
