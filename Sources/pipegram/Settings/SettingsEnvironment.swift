import BotAPI
import Glibc
import Reactor

/// The variables `PIPEGRAM_…` of the environment that may be options.
@MainActor struct SettingsEnvironment {
    private let variables = Self.variables.sorted { $0.name < $1.name }

    nonisolated static var isEmpty: Bool { variables.isEmpty }

    /// An empty variable is as if it were absent.
    private nonisolated static var variables: [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        var next = environ
        while let variable = next.pointee {
            next += 1
            guard strncmp(variable, OptionDescription.prefix, OptionDescription.prefix.utf8.count) == 0 else {
                continue
            }
            let parts = String(cString: variable).split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2, !isReserved(parts[0]) { variables.append((parts[0], parts[1])) }
        }
        return variables
    }

    /// In a bot's child, `PIPEGRAM_SCOPE` is the child's scope.
    private nonisolated static func isReserved(_ name: String) -> Bool {
        reserved.contains(name) || name == "PIPEGRAM_SCOPE" && Environment.variable("PIPEGRAM_VERSION") != nil
    }

    /// Variables that are no options: of the unit in examples/deploy, of a bot's child, and of the tests.
    private nonisolated static let reserved = Set(
        [
            "OPTIONS", "BOT_ID", "BOT_USERNAME", "CHAT_ID", "CHAT_TYPE", "USER_ID", "VERSION", "CORPUS",
            "FUZZ",
            "KILLS", "SEED", "UNDER_TEST",
        ].map { OptionDescription.prefix + $0 })

    /// The configuration file's path.
    var configuration: String? { value(Self.configurationName) }

    private static let configurationName = "PIPEGRAM_CONFIG"

    func settings(of command: CommandDescription) throws(Failure) -> [Setting] {
        var settings: [Setting] = []
        for option in command.settable where !option.isProgram {
            guard let value = value(option.variable) else { continue }
            settings.append(
                Setting(
                    option: option, values: try values(value, option),
                    origin: .environment(option.variable)))
        }
        return settings
    }

    private func value(_ name: String) -> String? { variables.first { $0.name == name }?.value }

    private func values(_ value: String, _ option: OptionDescription) throws(Failure) -> [String] {
        if option.isRepeating { return value.split(separator: ",").map(String.init) }
        if option.mayLackValue, BoxMode(argument: value) == nil {
            throw Failure(
                .configuration,
                "\(option.variable) must be true, false or net, not '\(value.escapingControls)'")
        }
        guard option.isFlag else { return [value] }
        guard let isOn = ["true": true, "1": true, "false": false, "0": false][value] else {
            throw Failure(
                .configuration, "\(option.variable) must be true or false, not '\(value.escapingControls)'")
        }
        return ["\(isOn)"]
    }

    /// A warning for each variable that no command knows.
    func warnings(of command: CommandDescription, _ commands: CommandCatalog) -> [String] {
        let own = Self.names(of: command).union([Self.configurationName])
        let rest = variables.map(\.name).filter { !own.contains($0) }
        guard !rest.isEmpty else { return [] }
        let all = own.union(commands.all.flatMap(Self.names))
        return rest.filter { !all.contains($0) }.map { name in
            "the variable \(name) is ignored: no option has this name"
                + SpellingSuggestion.hint(to: name, among: all)
        }
    }

    private static func names(of command: CommandDescription) -> Set<String> {
        Set(command.settable.filter { !$0.isProgram }.map(\.variable))
    }
}
