import ArgumentParser
import Reactor

/// The program to run for each chat, with its arguments: everything after the options.
struct ProgramArguments: ParsableArguments, Sendable {
    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("Bot program and its arguments", valueName: "program"),
        completion: .file())
    var commandLine: [String] = []

    /// The program and its arguments.
    var command: [String] { Self.command(of: commandLine) }

    func validate() throws {
        guard let first = commandLine.first else {
            throw ValidationError(
                "No program given: name it last, after the options\(UsageHints.isReplay ? " and the log file" : "")."
            )
        }
        if first == "--", commandLine.count == 1 {
            throw ValidationError("No program given after '--'.")
        }
        try Self.rejectOption(first)
        try Self.rejectValueOfFlag(commandLine, in: CommandLine.arguments)
    }

    private static let truthWords: Set = ["yes", "no", "true", "false", "on", "off", "1", "0"]

    /// Throws if the program is the value that was meant for a flag, as in `--stream yes -- cat`.
    private static func rejectValueOfFlag(_ commandLine: [String], in words: [String]) throws {
        guard commandLine.count > 1, commandLine[1] == "--", truthWords.contains(commandLine[0]),
            let flag = words.dropLast(commandLine.count).last, flag.hasPrefix("--"), flag != "--"
        else { return }
        throw ValidationError(
            "\(flag) takes no value: remove '\(commandLine[0])'. If it is the program's name, put '--' before it."
        )
    }

    /// The same command line with --plain.
    static var plainCommandLine: String {
        let words = CommandLine.arguments.dropFirst()
        return (["pipegram"] + words.prefix(1) + ["--plain"] + words.dropFirst()).map(\.shellQuoted)
            .joined(separator: " ")
    }

    /// Whether it is a program of the system without a file, such as `bc -l`: it hardly speaks JSON.
    var isSystemProgram: Bool {
        command.first?.contains("/") == false && command.dropFirst().allSatisfy { $0.hasPrefix("-") }
    }

    /// The captured arguments without a leading `--`.
    static func command(of commandLine: [String]) -> [String] {
        commandLine.first == "--" ? Array(commandLine.dropFirst()) : commandLine
    }

    /// The warning about options of the command behind the program, which the program gets; nil if there are none.
    var optionWarning: String? { Self.optionWarning(commandLine) }

    /// After a `--`, all words are meant for the program.
    static func optionWarning(_ commandLine: [String]) -> String? {
        guard let program = commandLine.first, program != "--" else { return nil }
        let words = commandLine.dropFirst().prefix { $0 != "--" }
        let options = words.filter { $0.hasPrefix("--") && UsageHints.isOwnOption($0) }
        guard !options.isEmpty else { return nil }
        let names = options.map { String($0.prefix { $0 != "=" }) }.joined(separator: ", ")
        return "\(names) after the program is passed to \(program): options of pipegram must come before it; "
            + "if it is the program's own, put '--' before \(program)"
    }

    /// Throws if an option is given instead of the program.
    static func rejectOption(_ first: String) throws {
        guard first.hasPrefix("-"), first != "--" else { return }
        guard !UsageHints.isOption(first) else {
            throw ValidationError(
                "\(first) must come before \(UsageHints.isReplay ? "the log file and " : "")the program.")
        }
        let hint = UsageHints.hint(forOption: first)
        throw ValidationError(
            "Unknown option '\(first)'\(hint.isEmpty ? "." : hint) If it is the program's name, put '--' before it."
        )
    }

    /// Looks the program up, once for all children.
    @MainActor func find() throws -> Program {
        do {
            return try Program(command, searchPath: Environment.searchPath)
        } catch {
            switch error {
            case .notExecutable, .directory: throw Failure(.notExecutable, error.description)
            case .missing, .interpreterMissing, .environment, .oneWord:
                throw Failure(.notFound, error.description)
            }
        }
    }
}
