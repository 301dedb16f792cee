import JSON
import Reactor

/// The environment of children.
package struct ChildEnvironment {
    private let common: [String]

    /// - Parameters:
    ///   - gateway: the gateway's own environment, as `NAME=value`.
    ///   - isSecret: true for a variable that contains the token under any name; it is removed.
    ///   - bot: the User object from getMe.
    package init(gateway: [String], isSecret: (String) -> Bool, bot: JSON, version: String) {
        var variables = gateway.filter { variable in
            !variable.hasPrefix("TELEGRAM_BOT_TOKEN") && !variable.hasPrefix("PIPEGRAM_")
                && !isSecret(variable) && !ServiceManager.variables.contains { variable.hasPrefix("\($0)=") }
        }
        if !variables.contains(where: { $0.hasPrefix("PYTHONUNBUFFERED=") }) {
            variables.append("PYTHONUNBUFFERED=1")
        }
        variables.append("PIPEGRAM_VERSION=\(version)")
        if let id = bot["id"]?.integer { variables.append("PIPEGRAM_BOT_ID=\(id)") }
        if let name = bot["username"]?.string { variables.append("PIPEGRAM_BOT_USERNAME=\(name)") }
        common = variables
    }

    /// The variables for the child with this scope line.
    package func variables(for line: ScopeLine) -> [String] {
        var variables = common + ["PIPEGRAM_SCOPE=\(line.scope)"]
        if let chat = line.scope.chat { variables.append("PIPEGRAM_CHAT_ID=\(chat)") }
        if let type = line.chatType { variables.append("PIPEGRAM_CHAT_TYPE=\(type)") }
        if case .user(let user) = line.scope { variables.append("PIPEGRAM_USER_ID=\(user)") }
        return variables
    }
}
