import JSON

/// What a bot says of itself: its commands, its names, its menu button.
struct BotProfile {
    /// By scope and language.
    private var commands: [String: JSON] = [:]
    /// Names and descriptions, by what they are and language.
    var texts: [String: String] = [:]
    /// By private chat; 0 for all others.
    var menuButtons: [Int64: JSON] = [:]
    /// For groups and for channels.
    var administratorRights: [Bool: JSON] = [:]

    subscript(scope: JSON?, language: String) -> JSON? {
        get { commands[Self.key(scope, language)] }
        set { commands[Self.key(scope, language)] = newValue }
    }

    private static func key(_ scope: JSON?, _ language: String) -> String {
        "\(scope?.canonical ?? #"{"type":"default"}"#) \(language)"
    }
}
