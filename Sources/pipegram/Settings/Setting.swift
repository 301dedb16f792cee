/// An option's value from the configuration file or the environment.
@MainActor struct Setting {
    /// Where a value comes from.
    enum Origin: CustomStringConvertible {
        /// A key for all commands.
        case file(String, line: Int)
        /// A key of the command's table.
        case table(String, line: Int)
        case environment(String)

        var description: String {
            switch self {
            case .file(let path, let line), .table(let path, let line): "\(path):\(line)"
            case .environment(let name): "$\(name)"
            }
        }

        /// The setting with the higher rank wins.
        var rank: Int {
            switch self {
            case .file: 0
            case .table: 1
            case .environment: 2
            }
        }
    }

    let option: OptionDescription
    /// Of a flag: `true` or `false`.
    let values: [String]
    let origin: Origin

    /// The words for the command line; none for the program, which comes last.
    var arguments: [String] {
        if option.isFlag { return isOn ? ["--\(option.key)"] : [] }
        return option.isProgram ? [] : values.map { "--\(option.key)=\($0)" }
    }

    /// Whether it changes anything: a flag that is false is as if it were absent.
    var isOn: Bool { !option.isFlag || values == ["true"] }

    /// Whether an error names the option.
    func isNamed(in error: String) -> Bool {
        error.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.contains { $0 == "--\(option.key)" }
    }
}
