extension Settings {
    /// Those of this process; nil if there are none.
    private(set) static var current: Settings?

    /// Whether there may be any: finding out more takes some milliseconds.
    nonisolated static func mayExist(for arguments: [String]) -> Bool {
        !SettingsEnvironment.isEmpty || SettingsFile.userHasOne
            || arguments.contains { $0.hasPrefix("--\(CommandDescription.configurationKey)") }
    }

    /// The settings of a command line, without those that it replaces; nil for a command without settings.
    static func load(for arguments: [String], _ commands: CommandCatalog) throws(Failure) -> Settings? {
        guard let name = arguments.first, let command = commands[name], command.takesSettings else {
            return nil
        }
        let given = GivenArguments(arguments.dropFirst(), of: command)
        guard !given.asksForHelp else { return nil }
        var settings = try Settings(of: command, configuration: given.configuration, commands)
        settings.remove(given: given)
        current = settings
        return settings
    }

    /// Checks the keys, types and values of all commands.
    ///
    /// - Parameter problem: parses a command line, and returns its error.
    static func check(
        configuration: String?, _ commands: CommandCatalog, parsing problem: ([String]) -> String?
    ) throws(Failure) {
        for command in commands.all where command.takesSettings {
            let settings = try Settings(of: command, configuration: configuration, commands)
            // Parsing takes the most time.
            guard !settings.all.isEmpty else { continue }
            let words = settings.exampleArguments
            guard let error = problem(settings.commandLine(words)),
                let message = settings.problem(error, words, parsing: problem)
            else { continue }
            throw Failure(.configuration, message)
        }
    }

    /// Arguments that the command can't be without.
    private var exampleArguments: [String] {
        let needed = Array(repeating: "x", count: command.requiredArguments)
        return command.takesProgram && !all.contains(where: \.option.isProgram)
            ? needed + ["--", "x"] : needed
    }
}
