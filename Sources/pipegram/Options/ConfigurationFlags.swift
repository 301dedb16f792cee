import ArgumentParser

/// The option that names the configuration file. It is read before the options are parsed: see Settings.
struct ConfigurationFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Settings file (default: ~/.config/pipegram/config.toml)", valueName: "file"),
        completion: .file())
    var config: String?
}
