import ArgumentParser
import BotGateway

struct ChatCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk to a bot in the terminal: no token, no phone, no network.",
        usage: "pipegram chat [<options>] [--] <program> [<argument> ...]",
        discussion: """
            A Telegram in memory stands between you and the bot: a line that you type is a message, and what the \
            bot sends is shown. /help lists what else can be typed: other people, groups, files, buttons, \
            reactions. Ctrl-D ends it.

            When stdin is no terminal it reads lines and prints answers as plain text, each line once the bot has \
            dealt with the one before, and ends with 1 if the bot crashed, wrote a bad line or made a call that \
            Telegram would refuse.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  pipegram chat -- ./bot.sh
                      printf 'hello\\n' | pipegram chat -- ./bot.sh
            """)

    @Flag(
        help:
            "Start the bot anew when its program, a file among its arguments, or one of the same kind beside it has changed."
    )
    var watch = false

    @Option(
        name: .customLong("log"),
        help: ArgumentHelp(
            "Save the updates of this chat there and its calls beside it, as a test for 'pipegram replay'.",
            valueName: "file"), completion: .file())
    var session: String?

    @OptionGroup(title: "Children") var scopeFlags: ScopeFlags
    @OptionGroup(title: "Children") var childFlags: ChildFlags
    @OptionGroup(title: "Children") var fileFlags: FileFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags
    @OptionGroup var bot: ProgramArguments

    func validate() throws {
        try scopeFlags.check(isPlain: childFlags.plain)
        if session == "" || session == "-" {
            throw ValidationError("--log needs the name of a file, for there are two: updates and calls.")
        }
    }

    @MainActor func start() throws -> ExitCode {
        try ChatRunner(self).run()
    }

    /// What replays the saved chat, to be pasted.
    @MainActor func replay(_ recording: ChatRecording) -> String {
        var command = ["pipegram", "replay"]
        if scopeFlags.scope != .chat { command += ["--scope", scopeFlags.scope.rawValue] }
        if childFlags.plain { command.append("--plain") }
        if childFlags.maxLine.bytes != SizeValue.defaultMaxLine.bytes {
            command += ["--max-line", "\(childFlags.maxLine.bytes)"]
        }
        if let root = fileFlags.uploadRoot { command += ["--upload-root", root] }
        command += ["--expect", recording.callsPath, recording.updatesPath, "--"]
        command += bot.command
        return command.map(\.shellQuoted).joined(separator: " ")
    }
}
