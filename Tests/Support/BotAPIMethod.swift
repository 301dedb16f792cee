import JSON

/// A method's description in the Bot API's documentation. docs/contributing.md has the command that generates the file.
package struct BotAPIMethod {
    /// The name in Telegram's spelling: `sendMessage`.
    package let name: String
    /// In the documentation's order, with the types that each accepts, such as `Array of String`.
    package let parameters: [(name: String, types: [String])]
    private let required: Set<String>
    /// The parameters that carry files, with the paths at which files are nested, such as `media[].thumbnail`. A
    /// parameter that is itself a file has no paths.
    package let fileParameters: [(name: String, paths: [String])]

    package static func all() throws -> [BotAPIMethod] {
        try ProjectFile.lines("Tests/Data/methods.ndjson").map { BotAPIMethod($0) }
    }

    private init(_ json: JSON) {
        name = json["name"]?.string ?? ""
        parameters = json["params"]?.members.map { ($0.key, $0.value.elements.compactMap(\.string)) } ?? []
        required = Set(json["required"]?.elements.compactMap(\.string) ?? [])
        fileParameters = json["files"]?.members.map { ($0.key, $0.value.elements.compactMap(\.string)) } ?? []
    }

    package func has(_ parameter: String) -> Bool { parameters.contains { $0.name == parameter } }
    package func requires(_ parameter: String) -> Bool { required.contains(parameter) }
    package func carriesFile(_ parameter: String) -> Bool { fileParameters.contains { $0.name == parameter } }

    /// The name in a child's spelling: `telegram.send_message`.
    package var type: String {
        name.reduce(into: "telegram.") { type, letter in
            if letter.isUppercase { type += "_" }
            type += letter.lowercased()
        }
    }

    /// Whether it takes either a chat or an inline message.
    package var takesChatOrInline: Bool { has("inline_message_id") && has("chat_id") && !requires("chat_id") }

    /// The parameters that the gateway adds to an empty call in a chat's scope.
    package func defaults(inChat chat: Int64) -> JSON {
        requires("chat_id") || takesChatOrInline ? ["chat_id": JSON(chat)] : [:]
    }

    /// The parameters that the gateway adds in a topic's scope. Edits and deletions need no topic.
    package func defaults(inTopic thread: Int64, ofChat chat: Int64) -> JSON {
        var defaults = defaults(inChat: chat)
        if requires("chat_id"), has("message_thread_id") { defaults.set("message_thread_id", JSON(thread)) }
        return defaults
    }

    /// The parameters that the gateway adds in a scope of a channel's direct messages.
    package func defaults(inDirectMessages topic: Int64, ofChat chat: Int64) -> JSON {
        var defaults = defaults(inChat: chat)
        if requires("chat_id"), has("direct_messages_topic_id") {
            defaults.set("direct_messages_topic_id", JSON(topic))
        }
        return defaults
    }

    /// The parameters that the gateway adds in the scope of a business account's chat.
    package func defaults(inBusiness connection: String, chat: Int64) -> JSON {
        var defaults = defaults(inChat: chat)
        let sendsOrEdits = requires("chat_id") || has("inline_message_id")
        if requires("business_connection_id") || has("business_connection_id") && sendsOrEdits {
            defaults.set("business_connection_id", JSON(connection))
        }
        return defaults
    }
}
