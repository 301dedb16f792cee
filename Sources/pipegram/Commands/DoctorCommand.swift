import ArgumentParser

struct DoctorCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find what is wrong with a bot or its surroundings, and what to change.",
        usage: "pipegram doctor [<options>] [--] [<program> [<argument> ...]]",
        discussion: """
            Looks at the machine, asks Telegram about the bot where there is a token, starts the program and talks \
            with it for a second or two: what it does beside its calls, it does; its calls go to a Telegram in \
            memory. Without a program it looks at the surroundings alone. Ends with 0 if all is well, with 1 if not; \
            what is only worth knowing changes nothing.

            Asking for updates confirms none. It interrupts another program that asks for the same bot's, once, \
            unless that is a pipegram on this machine; --no-poll leaves it out.

            Example:  pipegram doctor -- ./bot.py
            """)

    @Flag(help: "Don't ask Telegram for updates, which another program that asks for them would notice.")
    var noPoll = false

    @Option(help: .duration("How long the bot may take for one thing, such as to read an event or to end."))
    var patience = DurationValue.seconds(5)

    @Option(help: ArgumentHelp("As of 'run': 'exit' gives each child one event.", valueName: "rule"))
    var ack = DeliveryFlags.Acknowledgement.auto

    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Telegram") var tokenFlags: TokenFlags
    @OptionGroup(title: "Children") var probeFlags: ProbeFlags
    @OptionGroup(title: "State") var stateFlags: StateFlags

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The bot: a program and its arguments.", valueName: "program"))
    var commandLine: [String] = []

    var command: [String] { ProgramArguments.command(of: commandLine) }

    func validate() throws {
        // All that isn't an option of this command is taken for the program.
        if ["--help", "-h"].contains(commandLine.first) { throw CleanExit.helpRequest(self) }
        if let patience = patience.duration, patience < .milliseconds(100) {
            throw ValidationError("--patience is 100ms or more: nobody can be quicker than that.")
        }
        if let first = commandLine.first { try ProgramArguments.rejectOption(first) }
    }

    @MainActor func start() throws -> ExitCode {
        try DoctorRunner(self).run()
    }
}
