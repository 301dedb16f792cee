import ArgumentParser

struct SendCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Carry out calls that come as JSON lines on stdin.",
        discussion: """
            Reads the lines that a bot writes, such as {"type":"telegram.send_message","chat_id":42,"text":"hi"}, \
            sends them with the same retries and waits, each chat's in their order, and prints a result for each \
            on stdout. Ends with its input: with 0 if all were sent, with 1 if one was not. SIGINT or SIGTERM ends \
            it once what is under way is answered, with 128 + the signal.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  TELEGRAM_BOT_TOKEN=… pipegram send --resume done.ndjson <calls.ndjson
            """)

    @Flag(help: "Print the calls as they would be sent, and send nothing. Needs no token and no network.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Add the results to a file, and skip the lines that have one there: the same command goes on where "
                + "an earlier one was interrupted.", valueName: "file"),
        completion: .file())
    var resume: String?

    @Option(help: ArgumentHelp("The longest line that is read.", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue(bytes: 1 << 20)

    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Telegram") var callFlags: CallFlags
    @OptionGroup(title: "Telegram") var fileFlags: FileFlags
    @OptionGroup(title: "Telegram") var tokenFlags: TokenFlags
    @OptionGroup(title: "Log") var logFlags: LogFlags

    func validate() throws {
        if dryRun, resume != nil {
            throw ValidationError("--dry-run sends nothing, so that there is nothing to resume.")
        }
    }

    @MainActor func start() throws -> ExitCode {
        dryRun ? try DryRunSend(self).run() : try SendRunner(self).run()
    }
}
