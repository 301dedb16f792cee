import ArgumentParser
import BotGateway

struct ChatCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk to a bot in the terminal or a browser, without a token or a network.",
        usage: "pipegram chat [<options>] [--] <program> [<argument> ...]",
        discussion: """
            Runs the bot against a Telegram simulated in memory. Each line you type is sent as a message, and the \
            bot's answers are shown. /help lists more commands: users, groups, files, buttons, reactions. \
            Ctrl-D exits.

            If stdin or stdout is not a terminal, pipegram reads lines from stdin and prints answers as plain text. \
            It sends a line when the bot has processed the line before; a bot that awaits results needs --ack event. It \
            exits with 1 if the bot crashed, wrote an invalid line, or made a call without an id that Telegram would \
            reject.

            --log saves the updates in a file and the calls in another; existing files are not overwritten. With \
            --plain, the bot reads each message as a line, and its output is sent as messages.

            --web prints the address of a page for the browser instead, and ends on SIGINT or SIGTERM.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  pipegram chat -- ./bot.sh
                      pipegram chat --web -- ./bot.sh
                      printf 'hello\\n' | pipegram chat -- ./bot.sh
            """)

    @Flag(
        help: "Restart the bot when its program or source files change"
    )
    var watch = false

    @Option(
        name: .customLong("log"),
        help: ArgumentHelp(
            "Save the chat as a test for 'pipegram replay'",
            valueName: "file"), completion: .file())
    var session: String?

    @Flag(help: "Chat in the browser instead of the terminal")
    var web = false

    @Option(
        help: ArgumentHelp(
            "Address of --web (default: a free port of 127.0.0.1)",
            valueName: ListenAddress.form))
    var listen: ListenAddress?

    @Option(help: DeliveryFlags.windowHelp) var window = 1

    @OptionGroup(title: "Children") var childFlags: ChildFlags
    @OptionGroup(title: "Children") var ackFlags: AckFlags
    @OptionGroup(title: "Children") var fileFlags: FileFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags<NoticeByDefault>
    @OptionGroup var configurationFlags: ConfigurationFlags
    @OptionGroup var bot: ProgramArguments

    func validate() throws {
        try ackFlags.ack.check(isPlain: childFlags.plain)
        try DeliveryFlags.check(window: window)
        if window > 1, session != nil {
            throw ValidationError(
                "--log and --window exclude each other: 'pipegram replay' gives a bot one event at a time.")
        }
        if listen != nil, !web { throw ValidationError("--listen is the address of --web: add --web.") }
        if session == "" || session == "-" {
            throw ValidationError(
                "Invalid --log '\(session ?? "")': it must be a file, because a second one is written beside it."
            )
        }
    }

    /// The command line that replays a saved chat.
    @MainActor func replay(calls: String, updates: String) -> String {
        var command = ["pipegram", "replay"]
        if childFlags.scope != .chat { command += ["--scope", childFlags.scope.rawValue] }
        if childFlags.plain { command.append("--plain") }
        if ackFlags.ack != .auto { command += ["--ack", ackFlags.ack.rawValue] }
        if childFlags.maxLine.bytes != SizeValue.defaultMaxLine.bytes {
            command += ["--max-line", "\(childFlags.maxLine.bytes)"]
        }
        if let root = fileFlags.uploadRoot { command += ["--upload-root", root] }
        if let workdir = childFlags.workdir { command += ["--workdir", workdir] }
        if let box = childFlags.boxFlags.box, box != .off {
            command.append(box == .net ? "--box=net" : "--box")
        }
        command += ["--expect", calls, updates, "--"]
        command += bot.command
        return command.map(\.shellQuoted).joined(separator: " ")
    }
}
