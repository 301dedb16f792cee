import ArgumentParser
import BotAPI
import Glibc

/// What was probably meant where the first argument is no command.
enum UsageHints {
    /// Nil where there is nothing to say, or ArgumentParser says it.
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

    /// An option stands behind its command.
    private static func message(forOption word: String, _ arguments: ArraySlice<String>) -> String? {
        let name = String(word.prefix { $0 != "=" })
        // Pipegram's own; to look through all commands would take half of `pipegram --version`.
        guard name.hasPrefix("--"), !["--help", "--version"].contains(name) else { return nil }
        let owners = Pipegram.commands.filter { options(of: $0).contains(name) }.map { $0._commandName }
        guard let owner = ["chat", "run"].first(where: owners.contains) ?? owners.first else { return nil }
        return "\(name) is an option of \(owners.joined(separator: ", ")), and must come after the command: "
            + "pipegram \(owner) \(arguments.map(\.shellQuoted).joined(separator: " "))"
    }

    /// How to name a program that is there; nil where none is.
    private static func program(_ word: String) -> String? {
        if word.contains("/") { return word }
        if isProgram(word) { return "./\(word)" }
        let places = (Environment.variable("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        return places.contains { isProgram("\($0)/\(word)") } ? word : nil
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// `; did you mean '--scope'?` for a misspelt option of the command that is being run.
    static func hint(forOption word: String) -> String {
        word.hasPrefix("--")
            ? SpellingSuggestion.hint(to: String(word.prefix { $0 != "=" }), among: ownOptions) : ""
    }

    /// It is an option of the command that is being run.
    static func isOption(_ word: String) -> Bool { ownOptions.contains(String(word.prefix { $0 != "=" })) }

    private static var ownOptions: [String] {
        CommandLine.arguments.dropFirst().first.flatMap(Pipegram.command(named:)).map(options(of:)) ?? []
    }

    /// As its help lists them.
    static func options(of command: any ParsableCommand.Type) -> [String] {
        Pipegram.helpMessage(for: command, includeHidden: false, columns: 1000).split(separator: "\n")
            .filter { $0.hasPrefix("  -") }
            .flatMap { $0.split(separator: " ").prefix(2) }
            .map { String($0.prefix { $0 != "," && $0 != "/" }) }
            .filter { $0.hasPrefix("--") }
    }
}
