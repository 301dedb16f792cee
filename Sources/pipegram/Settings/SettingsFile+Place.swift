import Glibc

extension SettingsFile {
    /// The file that was given, else the user's, if it exists.
    ///
    /// - Parameter given: from `--config` or its variable. After a `-`, as in systemd's units, the file may be missing.
    static func find(given: String?) throws(Failure) -> SettingsFile? {
        guard let path = path(given: given) else { return nil }
        return try SettingsFile(path)
    }

    private static func path(given: String?) -> String? {
        guard let given else { return userPath.flatMap(existing) }
        return given.hasPrefix("-/") ? existing(String(given.dropFirst())) : given
    }

    /// Whether the user has a configuration file.
    nonisolated static var userHasOne: Bool { userPath.flatMap(existing) != nil }

    /// `$XDG_CONFIG_HOME/pipegram/config.toml`, else `~/.config/pipegram/config.toml`; nil without a home.
    nonisolated static var userPath: String? {
        if let directory = Environment.variable("XDG_CONFIG_HOME"), directory.hasPrefix("/") {
            return "\(directory)/pipegram/config.toml"
        }
        return Environment.variable("HOME").flatMap { home in
            home.hasPrefix("/") ? "\(home)/.config/pipegram/config.toml" : nil
        }
    }

    private nonisolated static func existing(_ path: String) -> String? {
        access(path, F_OK) == 0 ? path : nil
    }
}
