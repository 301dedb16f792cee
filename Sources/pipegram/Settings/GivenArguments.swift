/// What the user's words on the command line give, before they are parsed.
@MainActor struct GivenArguments {
    /// The keys of the options.
    private(set) var keys: Set<String> = []
    private(set) var hasProgram = false
    private(set) var asksForHelp = false
    /// The value of `--config`.
    private(set) var configuration: String?

    /// - Parameter words: after the command's name.
    init(_ words: some Sequence<String>, of command: CommandDescription) {
        var rest = Array(words)[...]
        var arguments = 0
        while let word = rest.popFirst(), !hasProgram {
            if word == "--" {
                hasProgram = command.takesProgram
                return
            }
            if word.hasPrefix("-"), word != "-" {
                takeOption(word, &rest, of: command)
            } else {
                arguments += 1
                hasProgram = command.takesProgram && arguments > command.requiredArguments
            }
        }
    }

    private mutating func takeOption(
        _ word: String, _ rest: inout ArraySlice<String>, of command: CommandDescription
    ) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        guard let option = command.options.first(where: { $0.names.contains(parts[0]) }) else { return }
        keys.insert(option.key)
        if option.isFlag {
            asksForHelp = asksForHelp || option.isHelp
            return
        }
        if option.mayLackValue, parts.count == 1, rest.first.flatMap({ BoxMode(argument: $0) }) == nil {
            return
        }
        let value = parts.count > 1 ? parts[1] : rest.popFirst()
        if option.key == CommandDescription.configurationKey { configuration = value }
    }
}
