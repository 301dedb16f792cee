import BotAPI
import JSON

/// A call of a Bot API method, with its parameters.
package struct Call {
    /// As a child writes it: `telegram.send_message`.
    package let type: String
    /// As Telegram writes it: `sendMessage`.
    package let method: String
    /// An object without `null` members, with the scope's defaults filled in.
    package let parameters: JSON
    /// A string or a number that the result repeats; nil if the child wants no result.
    package let id: JSON?

    /// Fills in the parameters that the method takes and the scope knows, and nothing else.
    ///
    /// - Parameter scope: nil for a call whose defaults are already filled in.
    init(type: String, parameters given: JSON, id: JSON?, in scope: Scope?) throws(OutgoingEventError) {
        self.type = type
        self.id = id
        guard let method = Self.method(for: type) else { throw .unknownType(type) }
        self.method = method
        var (given, filled): (JSON, JSON) = (given, [:])
        if let scope {
            let isAddressed = Self.answersQuery(given)
            let defaults = Methods.defaults(of: method)
            // Do this before nulls are removed: a parameter written as `null` must be left out, not filled in.
            if !isAddressed { Self.setPlace(in: &filled, from: scope, defaults, unless: given) }
            given.removeNulls()
            let needsChat =
                defaults.contains(.chat)
                || defaults.contains(.chatUnlessInline) && given["inline_message_id"] == nil
            if needsChat, !isAddressed, given["chat_id"] == nil {
                guard let chat = scope.chat else { throw .missingChat(type: type, scope: scope.description) }
                filled.set("chat_id", JSON(chat))
            }
        }
        filled.merge(given)
        parameters = filled
    }

    /// Whether the call is an ephemeral message in answer to a callback query, which tells Telegram the chat and the
    /// receiver. The scope's chat could be another one.
    private static func answersQuery(_ given: JSON) -> Bool {
        guard let value = given["ephemeral_message_parameters"] else { return false }
        let parameters = value.string.flatMap { try? JSON(parsing: $0) } ?? value
        return parameters["callback_query_id"]?.isNull == false
            && parameters["receiver_user_id"]?.isNull != false
    }

    /// Fills in the topic or the business connection, but only for the scope's own chat: in another chat it would be
    /// wrong.
    private static func setPlace(
        in filled: inout JSON, from scope: Scope, _ defaults: Methods.Defaults, unless given: JSON
    ) {
        let chat = given["chat_id"]
        guard chat?.isNull != false || chatID(chat) == scope.chat else { return }
        switch scope {
        case .business(let connection, _):
            guard defaults.contains(.businessConnection), !given.keys.contains("business_connection_id")
            else { return }
            filled.set("business_connection_id", JSON(connection))
        case .topic(_, let thread):
            guard defaults.contains(.topic), !given.keys.contains("message_thread_id") else { return }
            filled.set("message_thread_id", JSON(thread))
        case .direct(_, let topic):
            guard defaults.contains(.directMessages), !given.keys.contains("direct_messages_topic_id")
            else { return }
            filled.set("direct_messages_topic_id", JSON(topic))
        case .chat, .user, .bot: break
        }
    }

    /// A chat's id, a number or digits in a string; nil for an `@name`.
    static func chatID(_ chat: JSON?) -> Int64? {
        chat?.integer ?? chat?.string.flatMap { Int64($0) }
    }

    /// Turns `telegram.send_message` into `sendMessage`; nil for a name that isn't snake_case.
    private static func method(for type: String) -> String? {
        guard type.hasPrefix("telegram.") else { return nil }
        let words = type.dropFirst("telegram.".count).split(separator: "_", omittingEmptySubsequences: false)
        let isWord = { (word: Substring) in
            !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard words.allSatisfy(isWord), let first = words.first else { return nil }
        return words.dropFirst().reduce(into: String(first)) { method, word in
            method += word.prefix(1).uppercased() + word.dropFirst()
        }
    }

    /// The call as a line that a child could have written, with all defaults filled in.
    var line: JSON { line(after: [:]) }

    /// The same, behind the keys of `start`. Parameters that clash with them go to `params`: setMyCommands, for
    /// example, has a `scope` of its own.
    package func line(after start: JSON) -> JSON {
        var line = start
        line.set("type", JSON(type))
        if (line.keys + ["id", "params"]).allSatisfy({ parameters[$0] == nil }) {
            line.merge(parameters)
        } else {
            line.set("params", parameters)
        }
        if let id { line.set("id", id) }
        return line
    }
}
