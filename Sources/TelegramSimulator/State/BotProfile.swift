import JSON

/// The bot's profile: its commands, names, descriptions, menu buttons, default rights, and settings.
struct BotProfile {
    /// By scope and language.
    private var commands: [String: JSON] = [:]
    /// Names and descriptions, by key and language, such as `name en`.
    var texts: [String: String] = [:]
    /// By private chat; 0 is the default for all others.
    var menuButtons: [Int64: JSON] = [:]
    /// True is for channels, false for groups.
    var administratorRights: [Bool: JSON] = [:]

    /// The parameters of setMySettings.
    var settings: JSON = [:]

    subscript(scope: JSON?, language: String) -> JSON? {
        get { commands[Self.key(scope, language)] }
        set { commands[Self.key(scope, language)] = newValue }
    }

    private static func key(_ scope: JSON?, _ language: String) -> String {
        "\(scope?.canonical ?? #"{"type":"default"}"#) \(language)"
    }
}
