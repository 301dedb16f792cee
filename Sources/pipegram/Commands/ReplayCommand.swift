import ArgumentParser

struct ReplayCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Feed recorded updates to a bot and print the calls it makes.",
        usage: "pipegram replay [<options>] <file> [--] <program> [<argument> ...]",
        discussion: """
            Needs neither a token nor a network. Ends when every child has exited: with 0 if all exited with 0 and \
            wrote only valid calls, else with 1; a rejected call with an id is a note. With --ack event, the next event \
            follows the bot's telegram.ack, so a bot can await results. The file has one update per line, an array of updates, or answers \
            to getUpdates. With --plain, the bot reads each message as a line, and its output is sent as messages.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  pipegram replay updates.ndjson -- ./bot.sh
            """)

    @Argument(
        help: "Recorded updates ('-' is stdin)",
        completion: .file())
    var file: String

    @Flag(help: "Print calls in order of arrival, with their scopes")
    var unordered = false

    @Option(
        help: ArgumentHelp(
            "Print only the difference from the calls in this file", valueName: "file"),
        completion: .file())
    var expect: String?

    @Flag(help: "Write the calls to the --expect file instead")
    var update = false

    @OptionGroup(title: "Children") var childFlags: ChildFlags
    @OptionGroup(title: "Children") var ackFlags: AckFlags
    @OptionGroup(title: "Children") var fileFlags: FileFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags<NoticeByDefault>
    @OptionGroup var configurationFlags: ConfigurationFlags
    @OptionGroup var bot: ProgramArguments

    func validate() throws {
        try ackFlags.ack.check(isPlain: childFlags.plain)
        if update, expect == nil {
            throw ValidationError("--update requires --expect FILE.")
        }
    }
}
