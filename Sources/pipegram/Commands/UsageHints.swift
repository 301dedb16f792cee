import ArgumentParser
import BotAPI
import Glibc
import Reactor

/// Suggestions for a first argument that is not a command.
enum UsageHints {
    /// Nil if there is no suggestion, or if ArgumentParser reports the problem itself.
    static func message(for arguments: [String]) -> String? {
        var arguments = arguments[...]
        if arguments.first == "help" || arguments.first == "--" { arguments.removeFirst() }
        guard let word = arguments.first, word != "help", Pipegram.command(named: word) == nil else {
            return nil
        }
        return word.hasPrefix("-")
            ? message(forOption: word, arguments) : message(forCommand: word, arguments)
    }

    private static func message(forCommand word: String, _ arguments: ArraySlice<String>) -> String? {
        let names = Pipegram.commands.map { $0._commandName }
        let hint = word.contains("/") ? "" : SpellingSuggestion.hint(to: word, among: names)
        let unknown = "unknown command '\(word)'\(hint)"
        if let program = program(word) {
            let line = ([program] + arguments.dropFirst()).map(\.shellQuoted).joined(separator: " ")
            let verbs = [("chat", "to talk to the program here"), ("run", "to run it on Telegram")]
                .filter { names.contains($0.0) }.map { "\n  \($0.1):  pipegram \($0.0) -- \(line)" }
            return unknown + (hint.isEmpty ? ";" : " Or") + verbs.joined()
        }
        return hint.isEmpty ? unknown + "; 'pipegram help' lists them" : unknown
    }

    /// Options come after their command.
    private static func message(forOption word: String, _ arguments: ArraySlice<String>) -> String? {
        let name = String(word.prefix { $0 != "=" })
        // Generating the help of all commands would double the time of `pipegram --version`.
        guard name.hasPrefix("--"), !["--help", "--version"].contains(name) else { return nil }
        let owners = owners(of: name)
        guard let owner = ["chat", "run"].first(where: owners.contains) ?? owners.first else { return nil }
        return "\(name) is an option of \(owners.joined(separator: ", ")), and must come after the command: "
            + "pipegram \(owner) \(arguments.map(\.shellQuoted).joined(separator: " "))"
    }

    /// The commands that have an option.
    private static func owners(of name: String) -> [String] {
        Pipegram.commands.filter { options(of: $0).contains(name) }.map { $0._commandName }
    }

    /// The command-line name of an existing program; nil if there is none.
    private static func program(_ word: String) -> String? {
        if word.contains("/") { return word }
        if isProgram(word) { return "./\(word)" }
        let places = (Environment.variable("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        return places.contains { isProgram("\($0)/\(word)") } ? word : nil
    }

    private static func isProgram(_ path: String) -> Bool {
        File.isRegular(path) && access(path, X_OK) == 0
    }

    /// `; did you mean '--scope'?` for a misspelt option of the current command.
    static func hint(forOption word: String) -> String {
        word.hasPrefix("--")
            ? SpellingSuggestion.hint(to: String(word.prefix { $0 != "=" }), among: ownOptions) : ""
    }

    /// Whether the word is an option of the current command.
    static func isOption(_ word: String) -> Bool { ownOptions.contains(String(word.prefix { $0 != "=" })) }

    /// Whether a word before any `--` looks like an option and isn't one.
    static var hasUnknownOption: Bool {
        CommandLine.arguments.dropFirst(2).prefix { $0 != "--" }.contains {
            $0.hasPrefix("--") && !isOption($0)
        }
    }

    /// The same without `--help` and `--version`, which most programs have too.
    static func isOwnOption(_ word: String) -> Bool {
        !["--help", "--version"].contains(word) && isOption(word)
    }

    /// Whether the command is `replay`, which has a log file before the program.
    static var isReplay: Bool { CommandLine.arguments.dropFirst().first == "replay" }

    /// The error for an option's invalid value, with its forms; nil for other parse errors.
    ///
    /// - Parameter message: ArgumentParser's message, such as `The value '15' is invalid for '--patience <10s|…>'`.
    static func message(forRefusal message: String) -> String? {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
        if let hint = hint(forText: parts) ?? hint(forOptionOfOthers: parts) { return hint }
        guard parts.count >= 5, parts[2] == " is invalid for ", parts[3].hasSuffix(">"),
            let option = parts[3].split(separator: " ").first,
            let form = forms.first(where: { parts[3].hasSuffix("<\($0.name)>") })
        else { return nil }
        let (value, isNumber) = (parts[1], !parts[1].isEmpty && parts[1].allSatisfy(\.isNumber))
        if isNumber, form.name == DurationValue.forms {
            return "Invalid \(option) '\(value)': it needs a unit, such as \(value)s, \(value)m or \(value)h"
        }
        return "Invalid \(option) '\(value)': it must be \(form.words)"
    }

    /// What the values of options look like, by the names that the help has for them.
    private static let forms = [
        (name: DurationValue.forms, words: "500ms, 10s, 15m, 1h or never"),
        (name: "64KiB|1MiB", words: "a number of bytes, such as 65536, 64KiB or 1MiB"),
        (name: "net", words: "net, or left out; put '--' before the program"),
        (name: "number", words: "a whole number"),
        (name: "id", words: "a number"),
        (name: ListenAddress.form, words: ListenAddress.explanation),
    ]

    /// A text for `send --chat` may look like an option.
    private static func hint(forText parts: [String]) -> String? {
        guard parts.count >= 3, parts[0].hasSuffix("Unknown option "),
            CommandLine.arguments.dropFirst().first == "send", CommandLine.arguments.contains("--chat"),
            !parts[1].hasPrefix("--")
        else { return nil }
        return "unknown option '\(parts[1])': if it is a text to send, put '--' before it"
    }

    /// An option that only other commands have.
    private static func hint(forOptionOfOthers parts: [String]) -> String? {
        guard parts.count == 3, parts[0].hasSuffix("Unknown option "), parts[1].hasPrefix("--"),
            let command = CommandLine.arguments.dropFirst().first, Pipegram.command(named: command) != nil
        else { return nil }
        let name = String(parts[1].prefix { $0 != "=" })
        let owners = owners(of: name)
        guard !owners.isEmpty, !owners.contains(command) else { return nil }
        return "\(name) is an option of \(owners.joined(separator: ", ")), not of \(command): remove it"
    }

    /// Made once: it takes as long as printing the help.
    private static let ownOptions =
        CommandLine.arguments.dropFirst().first.flatMap(Pipegram.command(named:)).map(options(of:)) ?? []

    /// The options that the help of a command lists.
    static func options(of command: any ParsableCommand.Type) -> [String] {
        Pipegram.helpMessage(for: command, includeHidden: false, columns: 1000).split(separator: "\n")
            .filter { $0.hasPrefix("  -") }
            .flatMap { $0.split(separator: " ").prefix(2) }
            .map { String($0.prefix { $0 != "," && $0 != "/" }) }
            .filter { $0.hasPrefix("--") }
    }
}
