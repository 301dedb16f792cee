import BotAPI
import Reactor
import TOML

/// A configuration file: keys for all commands, and a table for each command.
@MainActor struct SettingsFile {
    let path: String
    private let document: TOMLDocument

    init(_ path: String) throws(Failure) {
        self.path = path
        let bytes: [UInt8]
        do throws(SystemError) {
            // A pipe might never end.
            bytes = path == "/dev/null" ? [] : try File.read(path, onlyRegular: true)
        } catch {
            throw Failure(.noInput, "can't read the configuration file: \(error)")
        }
        do throws(TOMLDocument.Malformed) {
            document = try TOMLDocument(bytes)
        } catch {
            throw Failure(
                .configuration, "\(path):\(error.line): invalid TOML: \(error.description.escapingControls)")
        }
    }

    /// The settings of a command: of the keys for all commands, and of its table.
    func settings(of command: CommandDescription, _ commands: CommandCatalog) throws(Failure) -> [Setting] {
        var settings: [Setting] = []
        for entry in document.entries {
            if case .table(let members) = entry.value, commands.names.contains(entry.key) {
                guard entry.key == command.name else { continue }
                for member in members { settings.append(try setting(member, of: command)) }
            } else if let option = command.settable(entry.key) {
                settings.append(try setting(entry, option, .file(path, line: entry.line)))
            } else {
                try checkOther(entry, commands)
            }
        }
        return settings
    }

    private func setting(
        _ entry: TOMLDocument.Entry, of command: CommandDescription
    ) throws(Failure) -> Setting {
        guard let option = command.settable(entry.key) else {
            let hint = SpellingSuggestion.hint(to: entry.key, among: command.settable.map(\.key))
            throw failure(entry, "unknown key '\(entry.key)' in [\(command.name)]\(hint)")
        }
        return try setting(entry, option, .table(path, line: entry.line))
    }

    private func setting(
        _ entry: TOMLDocument.Entry, _ option: OptionDescription, _ origin: Setting.Origin
    ) throws(Failure) -> Setting {
        let values = try values(of: entry, for: option)
        guard !values.contains(where: { $0.contains("\0") }) else {
            throw failure(entry, "'\(option.key)' must not contain the character U+0000")
        }
        return Setting(option: option, values: values, origin: origin)
    }

    /// Throws unless it is an option of another command.
    private func checkOther(_ entry: TOMLDocument.Entry, _ commands: CommandCatalog) throws(Failure) {
        if commands.hasOption(entry.key) { return }
        if entry.key != CommandDescription.configurationKey, commands.names.contains(entry.key) {
            throw failure(entry, "'\(entry.key)' must be a table, which begins with [\(entry.key)]")
        }
        if case .table = entry.value {
            let hint = SpellingSuggestion.name(to: entry.key, among: commands.names)
            throw failure(
                entry,
                "unknown table [\(entry.key)]"
                    + (hint.map { "; did you mean [\($0)]?" } ?? ": a table is called like a command"))
        }
        let hint = SpellingSuggestion.hint(to: entry.key, among: commands.keys)
        throw failure(entry, "unknown key '\(entry.key)'\(hint)")
    }

    /// Checks the keys and types of every command.
    func check(_ commands: CommandCatalog) throws(Failure) {
        for command in commands.all { _ = try settings(of: command, commands) }
    }

    // MARK: - Values

    private func values(
        of entry: TOMLDocument.Entry, for option: OptionDescription
    ) throws(Failure) -> [String] {
        if option.isFlag {
            guard case .boolean(let isOn) = entry.value else {
                throw failure(entry, "'\(option.key)' must be true or false")
            }
            return ["\(isOn)"]
        }
        if option.mayLackValue {
            if case .boolean(let isOn) = entry.value { return ["\(isOn)"] }
            guard let text = Self.text(entry.value), BoxMode(argument: text) != nil else {
                throw failure(entry, "'\(option.key)' must be true, false or \"net\"")
            }
            return [text]
        }
        if case .array(let elements) = entry.value, option.isRepeating {
            let values = elements.compactMap { Self.text($0.value) }
            guard values.count == elements.count, !elements.isEmpty || !option.isProgram else {
                throw failure(entry, "'\(option.key)' must be an array of strings")
            }
            return values
        }
        guard let text = Self.text(entry.value) else {
            let form = option.isRepeating ? "a string or an array of strings" : "a string or a whole number"
            throw failure(entry, "'\(option.key)' must be \(form) (\(option.valueName))")
        }
        return [text]
    }

    private static func text(_ value: TOMLDocument.Value) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .boolean, .array, .table, .other: nil
        }
    }

    private func failure(_ entry: TOMLDocument.Entry, _ words: String) -> Failure {
        Failure(.configuration, "\(path):\(entry.line): \(words.escapingControls)")
    }
}
