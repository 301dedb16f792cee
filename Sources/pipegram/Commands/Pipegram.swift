import ArgumentParser
import Glibc
import JSON
import Reactor

@main
struct Pipegram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipegram",
        abstract: "Turn any program into a Telegram bot.",
        discussion: """
            Try it without a token:

              pipegram chat -- examples/echo/bot.sh

            Runs one child of your program for each chat, writes events to its stdin as JSON lines, and sends the \
            calls that it prints on stdout. See 'pipegram help COMMAND', pipegram(1) and pipegram(5).
            """,
        version: "pipegram \(Version.current)",
        groupedSubcommands: groups
    )

    /// All commands, in the order in which a new user needs them.
    private static let groups = [
        CommandGroup(
            name: "Try a bot, without a token",
            subcommands: [ChatCommand.self, DoctorCommand.self, SimulatorCommand.self, ReplayCommand.self]),
        CommandGroup(
            name: "Run it on Telegram",
            subcommands: [
                RunCommand.self, RecordCommand.self, SendCommand.self, AskCommand.self, TellCommand.self,
            ]),
        CommandGroup(
            name: "Inspect a gateway",
            subcommands: [
                StatusCommand.self, DeadLettersCommand.self, StateCommand.self, DowngradeCommand.self,
            ]),
        CommandGroup(name: "Set up", subcommands: [ConfigCommand.self, CompletionsCommand.self]),
    ]

    static let commands = groups.flatMap(\.subcommands)

    static func command(named name: String) -> (any ParsableCommand.Type)? {
        commands.first { $0._commandName == name }
    }

    static let _errorPrefix = "pipegram: "

    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        // ArgumentParser would ignore the command.
        if arguments.count == 2, ["--help", "-h"].contains(arguments[0]) { arguments[0] = "help" }
        if let message = UsageHints.message(for: arguments) { refuse(message) }
        guard [[], ["help"], ["--help"], ["-h"]].contains(arguments) else { return start(arguments) }
        // Removes the redundant SUBCOMMANDS from headings such as `TRY A BOT SUBCOMMANDS:`.
        let overview = helpMessage(for: Self.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasSuffix(" SUBCOMMANDS:") ? "\($0.dropLast(" SUBCOMMANDS:".count)):" : String($0) }
        print(overview.joined(separator: "\n"))
    }

    private static func start(_ arguments: [String]) {
        do {
            var command = try parseAsRoot(configured(arguments))
            try command.run()
        } catch {
            if let problem = configurationProblem(arguments, error) { refuse(problem, .configuration) }
            if let message = UsageHints.message(forRefusal: message(for: error)) { refuse(message) }
            exit(withError: error)
        }
    }

    /// The arguments with the options from the configuration file and the environment.
    private static func configured(_ arguments: [String]) -> [String] {
        guard Settings.mayExist(for: arguments) else { return arguments }
        let loaded = MainActor.assumeIsolated {
            Result { () throws(Failure) in
                let settings = try Settings.load(for: arguments, CommandCatalog(commands))
                settings?.warnings.forEach(printError)
                return settings?.commandLine(arguments.dropFirst()) ?? arguments
            }
        }
        do throws(Failure) {
            return try loaded.get()
        } catch {
            refuse(error.message, error.code)
        }
    }

    /// The message for an error that an option from the configuration file or the environment causes; nil for others.
    private static func configurationProblem(_ arguments: [String], _ error: any Error) -> String? {
        guard !(error is ExitCode), exitCode(for: error) != .success else { return nil }
        return MainActor.assumeIsolated {
            Settings.current?.problem(explanation(of: error), arguments.dropFirst(), parsing: problem)
        }
    }

    /// Why ArgumentParser rejects a command line; nil if it doesn't.
    static func problem(_ commandLine: [String]) -> String? {
        do {
            _ = try parseAsRoot(commandLine)
            return nil
        } catch {
            return explanation(of: error)
        }
    }

    private static func explanation(of error: any Error) -> String {
        UsageHints.message(forRefusal: message(for: error)) ?? message(for: error)
    }

    private static func refuse(_ message: String, _ code: ExitCode = .validationFailure) -> Never {
        MainActor.assumeIsolated {
            printError(message)
            LogOutput.stderr.finish()
        }
        Glibc.exit(code.rawValue)
    }
}

enum Version {
    static let current = "0.1.0"
}
