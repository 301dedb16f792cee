import BotAPI
import JSON
import Reactor

/// The effective settings of a command, as `pipegram config` prints them.
@MainActor struct SettingsReport {
    private struct Row {
        let option: OptionDescription
        /// Nil if it is set by neither the file nor the environment.
        let setting: Setting?
        /// The name of a variable without the prefix `PIPEGRAM_` that has the value.
        let variable: String?
    }

    private let settings: Settings
    private let rows: [Row]

    init(_ settings: Settings) {
        self.settings = settings
        rows = settings.command.settable.map { option in
            let setting = settings.all.first { $0.option.key == option.key }
            let variable = option.defaultVariable.flatMap { name in
                (Environment.variable(name) ?? "").isEmpty ? nil : name
            }
            return Row(option: option, setting: setting, variable: setting == nil ? variable : nil)
        }
    }

    // MARK: - Text

    var lines: [String] {
        let table =
            [["option", "value", "origin"]] + rows.map { [$0.option.key, text(of: $0), origin(of: $0)] }
        let widths = [0, 1].map { column in table.map { $0[column].count }.max() ?? 0 }
        return ["command  \(settings.command.name)", "file     \(settings.file ?? absence)", ""]
            + table.map { row in zip(row, widths).map { $0.padded(to: $1) + "  " }.joined() + row[2] }
    }

    private var absence: String {
        SettingsFile.userPath.map { "none (\($0) doesn't exist)" } ?? "none"
    }

    private func text(of row: Row) -> String {
        if let variable = row.variable { return "$\(variable)" }
        guard let setting = row.setting else { return row.option.defaultValue ?? "-" }
        if row.option.isProgram { return setting.values.map(\.shellQuoted).joined(separator: " ") }
        return Self.shown(setting).joined(separator: ", ")
    }

    private func origin(of row: Row) -> String {
        row.variable == nil ? row.setting.map { "\($0.origin)" } ?? "default" : "environment"
    }

    /// The values without passwords in URLs.
    private static func shown(_ setting: Setting) -> [String] {
        setting.values.map { $0.contains("://") ? ServerURL.redacted($0) : $0 }
    }

    // MARK: - JSON

    var json: JSON {
        [
            "command": JSON(settings.command.name), "file": settings.file.map { JSON($0) } ?? .null,
            "options": JSON(rows.map(entry)),
        ]
    }

    private func entry(_ row: Row) -> JSON {
        ["option": JSON(row.option.key), "value": value(of: row), "origin": JSON(origin(of: row))]
    }

    private func value(of row: Row) -> JSON {
        let values = row.setting.map(Self.shown)
        if row.option.isFlag { return JSON(values == ["true"]) }
        if let values { return row.option.isRepeating ? JSON(values.map { JSON($0) }) : JSON(values[0]) }
        return row.variable == nil ? row.option.defaultValue.map { JSON($0) } ?? .null : .null
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
