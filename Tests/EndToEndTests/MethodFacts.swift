import JSON
import TestSupport

/// A method's description in the Bot API's documentation. docs/contributing.md has the command that generates the file.
struct MethodFacts {
    /// The name in Telegram's spelling: `sendMessage`.
    let name: String
    /// In the documentation's order, with the types that each accepts, such as `Array of String`.
    let parameters: [(name: String, types: [String])]
    private let required: Set<String>
    /// The parameters that carry files, with the paths at which files are nested, such as `media[].thumbnail`. A
    /// parameter that is itself a file has no paths.
    let fileParameters: [(name: String, paths: [String])]

    static func all() throws -> [MethodFacts] {
        try ProjectFile.text("Tests/Data/methods.ndjson").split(separator: "\n").map {
            MethodFacts(try JSON(parsing: String($0)))
        }
    }

    private init(_ json: JSON) {
        name = json["name"]?.string ?? ""
        parameters = json["params"]?.members.map { ($0.key, $0.value.elements.compactMap(\.string)) } ?? []
        required = Set(json["required"]?.elements.compactMap(\.string) ?? [])
        fileParameters = json["files"]?.members.map { ($0.key, $0.value.elements.compactMap(\.string)) } ?? []
    }

    func has(_ parameter: String) -> Bool { parameters.contains { $0.name == parameter } }
    func requires(_ parameter: String) -> Bool { required.contains(parameter) }
    func carriesFile(_ parameter: String) -> Bool { fileParameters.contains { $0.name == parameter } }

    /// The name in a child's spelling: `telegram.send_message`.
    var type: String {
        name.reduce(into: "telegram.") { type, letter in
            if letter.isUppercase { type += "_" }
            type += letter.lowercased()
        }
    }

    /// Whether it takes either a chat or an inline message.
    var isOfEditFamily: Bool { has("inline_message_id") && has("chat_id") && !requires("chat_id") }

    /// The parameters that the gateway adds to an empty call in a chat's scope.
    func defaults(inChat chat: Int64) -> JSON {
        requires("chat_id") || isOfEditFamily ? ["chat_id": JSON(chat)] : [:]
    }

    /// The parameters that the gateway adds in a topic's scope. Edits and deletions need no topic.
    func defaults(inTopic thread: Int64, ofChat chat: Int64) -> JSON {
        var defaults = defaults(inChat: chat)
        if requires("chat_id"), has("message_thread_id") { defaults.set("message_thread_id", JSON(thread)) }
        return defaults
    }

    /// The parameters that the gateway adds in the scope of a business account's chat.
    func defaults(inBusiness connection: String, chat: Int64) -> JSON {
        var defaults = defaults(inChat: chat)
        let sendsOrEdits = requires("chat_id") || has("inline_message_id")
        if requires("business_connection_id") || has("business_connection_id") && sendsOrEdits {
            defaults.set("business_connection_id", JSON(connection))
        }
        return defaults
    }
}
