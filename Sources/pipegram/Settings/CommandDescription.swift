import ArgumentParser
import JSON

/// A command and its options, as ArgumentParser describes them.
@MainActor struct CommandDescription {
    let name: String
    let options: [OptionDescription]
    /// The number of arguments that must be given, the program not counted.
    let requiredArguments: Int
    let takesProgram: Bool

    init(_ command: any ParsableCommand.Type) {
        let dump = try? JSON(parsing: command._dumpHelp())
        let arguments = dump?["command"]?["arguments"]?.elements ?? []
        let positional = arguments.filter { $0["kind"]?.string == "positional" }
        let isProgram = { (argument: JSON) in argument["parsingStrategy"]?.string == "allRemainingInput" }
        name = command._commandName
        options = arguments.filter { $0["kind"]?.string != "positional" }.compactMap(OptionDescription.init)
        takesProgram = positional.contains(where: isProgram)
        requiredArguments = positional.count { $0["isOptional"]?.bool != true && !isProgram($0) }
    }

    /// Whether the command reads the configuration.
    var takesSettings: Bool { options.contains { $0.key == Self.configurationKey } }

    /// The options that a configuration file may set.
    var settable: [OptionDescription] {
        options.filter { !$0.isHidden && !$0.isHelp && !Self.unsettable.contains($0.key) }
            + (takesProgram ? [.program] : [])
    }

    func settable(_ key: String) -> OptionDescription? { settable.first { $0.key == key } }

    nonisolated static let configurationKey = "config"
    /// A token belongs in a file of its own; only the simulator has the option, for one that isn't secret.
    private static let unsettable = [configurationKey, "token"]
}

/// All commands; each is described once it is asked for, because that takes a millisecond.
@MainActor final class CommandCatalog {
    private let types: [any ParsableCommand.Type]
    private var described: [String: CommandDescription] = [:]

    init(_ types: [any ParsableCommand.Type]) { self.types = types }

    var names: [String] { types.map { $0._commandName } }

    var all: [CommandDescription] { types.map(description) }

    subscript(name: String) -> CommandDescription? {
        types.first { $0._commandName == name }.map(description)
    }

    private func description(of type: any ParsableCommand.Type) -> CommandDescription {
        let description = described[type._commandName] ?? CommandDescription(type)
        described[type._commandName] = description
        return description
    }

    /// Whether any command has the option. `run` has the most.
    func hasOption(_ key: String) -> Bool {
        let run = types.filter { $0._commandName == "run" }
        return (run + types).contains { description(of: $0).settable(key) != nil }
    }

    /// The keys that may stand outside of tables.
    var keys: Set<String> { Set(all.flatMap { $0.settable.map(\.key) }) }
}
