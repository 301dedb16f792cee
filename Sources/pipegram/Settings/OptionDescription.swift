import JSON

/// An option of a command that the configuration may set, or the program to run.
@MainActor struct OptionDescription {
    /// Without hyphens; `program` for the program.
    let key: String
    /// All its names on the command line, such as `--help` and `-h`.
    let names: [String]
    let isFlag: Bool
    let isRepeating: Bool
    let isHidden: Bool
    /// What the help says.
    let help: String
    let valueName: String
    private let parsedDefault: String?

    /// - Parameter argument: an option or a flag in ArgumentParser's dump of the help.
    init?(_ argument: JSON) {
        guard let key = argument["preferredName"]?["name"]?.string else { return nil }
        self.key = key
        names = (argument["names"]?.elements ?? []).compactMap { name in
            name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
        }
        isFlag = argument["kind"]?.string == "flag"
        isRepeating = argument["isRepeating"]?.bool ?? false
        isHidden = argument["shouldDisplay"]?.bool == false
        help = argument["abstract"]?.string ?? ""
        valueName = argument["valueName"]?.string ?? ""
        parsedDefault = argument["defaultValue"]?.string
    }

    private init(programHelp: String) {
        (key, names, help, valueName) = ("program", [], programHelp, "program")
        (isFlag, isRepeating, isHidden, parsedDefault) = (false, true, false, nil)
    }

    /// The key for the program with its arguments.
    static let program = OptionDescription(programHelp: "Bot program and its arguments")

    /// Whether it may be given without a value, which stands for `true`. ArgumentParser's dump doesn't tell.
    var mayLackValue: Bool { key == "box" }

    /// Whether it asks for something else than the command's work.
    var isHelp: Bool { ["help", "version"].contains(key) }

    var isProgram: Bool { names.isEmpty }

    /// The default value; nil if there is none.
    var defaultValue: String? {
        if isFlag || mayLackValue { return "false" }
        let words = help.split(separator: "(default: ")
        return words.count > 1 && words[1].hasSuffix(")") ? String(words[1].dropLast()) : parsedDefault
    }

    /// The variable without the prefix `PIPEGRAM_` that has the default value, such as `TELEGRAM_API_URL`.
    var defaultVariable: String? {
        guard let start = help.firstIndex(of: "$") else { return nil }
        return String(help[start...].dropFirst().prefix { $0.isUppercase || $0 == "_" })
    }

    /// Such as `PIPEGRAM_IDLE_TIMEOUT`.
    var variable: String { Self.prefix + key.uppercased().replacing("-", with: "_") }

    nonisolated static let prefix = "PIPEGRAM_"
}
