import ArgumentParser

struct DoctorCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check a bot and its environment, and suggest fixes.",
        usage: "pipegram doctor [<options>] [--] [<program> [<argument> ...]]",
        discussion: """
            Checks the machine and, if a token is configured, the bot's setup at Telegram. Then it starts the program \
            and sends it events for a second or two. The bot's calls go to a Telegram simulated in memory, but \
            the program's other effects are real. Without a program, only the environment is checked. Exits with \
            0 if nothing is wrong, else with 1; notes don't count. With --ack exit, each child gets one event; with \
            --ack event, each event waits for the bot's telegram.ack; if it doesn't come, the bot gets a /stop.

            The doctor calls getUpdates once and confirms no update. That call interrupts any other program that \
            polls for the same bot, except a pipegram on this machine; --no-poll skips it.

            Example:  pipegram doctor -- ./bot.py
            """)

    @Flag(help: "Skip the getUpdates call")
    var noPoll = false

    @Option(help: .duration("Time limit for one step, such as reading an event"))
    var patience = DurationValue.seconds(5)

    @Option(
        help: ArgumentHelp(
            "Rule for acknowledging events, as in 'run'", valueName: "rule"))
    var ack = DeliveryFlags.Acknowledgement.auto

    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Children") var probeFlags: ProbeFlags
    @OptionGroup(title: "State") var stateFlags: StateFlags
    @OptionGroup var configurationFlags: ConfigurationFlags

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("Bot program and its arguments", valueName: "program"))
    var commandLine: [String] = []

    var command: [String] { ProgramArguments.command(of: commandLine) }

    func validate() throws {
        // ArgumentParser captures everything that isn't an option as the program, also --help.
        if ["--help", "-h"].contains(commandLine.first) { throw CleanExit.helpRequest(self) }
        if let patience = patience.duration, patience < .milliseconds(100) {
            throw ValidationError("--patience must be at least 100ms.")
        }
        try BoxMode.check()
        try ChildFlags.check(probeFlags.scope, isPlain: probeFlags.plain)
        try DeliveryFlags.check(window: probeFlags.window)
        try ack.check(isPlain: probeFlags.plain)
        if let first = commandLine.first { try ProgramArguments.rejectOption(first) }
    }
}
