/// What a command's options are set to by the configuration file and the environment.
@MainActor struct Settings {
    let command: CommandDescription
    /// The path of the file; nil if there is none.
    let file: String?
    /// One for each option that is set.
    private(set) var all: [Setting]
    /// About variables that are no options.
    let warnings: [String]

    /// Options that exclude each other.
    private static let exclusive = [("state", "no-state"), ("retry", "clear"), ("dry-run", "resume")]

    /// - Parameter configuration: the path of `--config`; nil if it isn't given.
    init(
        of command: CommandDescription, configuration: String?, _ commands: CommandCatalog
    ) throws(Failure) {
        let environment = SettingsEnvironment()
        let file = try SettingsFile.find(given: configuration ?? environment.configuration)
        let found = try (file?.settings(of: command, commands) ?? []) + environment.settings(of: command)
        (self.command, self.file) = (command, file?.path)
        (all, warnings) = (Self.effective(found), environment.warnings(of: command, commands))
    }

    /// The settings that win.
    private static func effective(_ found: [Setting]) -> [Setting] {
        var best: [String: Setting] = [:]
        for setting in found where !isOverridden(setting) {
            if let other = best[setting.option.key], other.origin.rank > setting.origin.rank { continue }
            best[setting.option.key] = setting
        }
        return best.values.filter { setting in
            !opposites(of: setting.option.key).contains { key in
                best[key].map { $0.isOn && $0.origin.rank > setting.origin.rank } ?? false
            }
        }.sorted { $0.option.key < $1.option.key }
    }

    /// A variable such as `TELEGRAM_API_URL` is of the environment, and wins over the file.
    private static func isOverridden(_ setting: Setting) -> Bool {
        guard setting.origin.rank < 2, let variable = setting.option.defaultVariable else { return false }
        return !(Environment.variable(variable) ?? "").isEmpty
    }

    private static func opposites(of key: String) -> [String] {
        exclusive.compactMap { $0.0 == key ? $0.1 : $0.1 == key ? $0.0 : nil }
    }

    /// Removes what the command line replaces.
    mutating func remove(given: GivenArguments) {
        all.removeAll { setting in
            setting.option.isProgram
                ? given.hasProgram
                : given.keys.contains(setting.option.key)
                    || Self.opposites(of: setting.option.key).contains(where: given.keys.contains)
        }
    }

    /// The command line with the settings in it.
    ///
    /// - Parameter words: the user's, after the command's name.
    func commandLine(_ words: some Sequence<String>, without left: String? = nil) -> [String] {
        let used = all.filter { $0.option.key != left }
        let program = used.first(where: \.option.isProgram).map { ["--"] + $0.values } ?? []
        return [command.name] + used.flatMap(\.arguments) + words + program
    }

    /// The parser's error with the place of the setting that causes it; nil if no setting does.
    ///
    /// Without that setting, the error is another one, or there is none.
    ///
    /// - Parameter problem: parses a command line, and returns its error.
    func problem(
        _ error: String, _ words: some Sequence<String>, parsing problem: ([String]) -> String?
    ) -> String? {
        let options = all.filter { !$0.option.isProgram }
        let candidates = options.filter { $0.isNamed(in: error) } + options
        let cause = candidates.first { problem(commandLine(words, without: $0.option.key)) != error }
        return cause.map { "\($0.origin): \(error)" }
    }

    /// An error with the places of the options that it names.
    func located(_ error: String) -> String {
        let places = all.filter { $0.isNamed(in: error) }.map { "\($0.origin)" }
        return places.isEmpty ? error : "\(error) (\(places.joined(separator: ", ")))"
    }
}
