import BotAPI
import JSON

/// Why a child's line was dropped. The child lives on.
package enum OutgoingEventError: Error, Equatable, CustomStringConvertible {
    case notJSON(JSONError)
    case notAnObject
    case tooLong(limit: Int)
    case missingType
    case unknownType(String)
    case missing(String, type: String)
    case missingChat(type: String, scope: String)
    case badID
    case badParams
    case besideParams(String)
    case stateTooLong(bytes: Int)
    case notAString(String, type: String)

    package var description: String {
        switch self {
        case .notJSON(let error): "not JSON: \(error.reason) at column \(error.column)"
        case .notAnObject: "expected one JSON object per line"
        case .tooLong(let limit): "longer than \(limit) bytes; --max-line sets the limit"
        case .missingType: "it needs a 'type', such as telegram.send_message"
        case .unknownType(let type):
            "unknown type '\(Self.start(of: type))'; docs/protocol.md lists them\(Self.hint(type))"
        case .missing(let field, let type): "\(type) needs '\(field)'"
        case .missingChat(let type, let scope): "\(type) needs 'chat_id': \(scope) has no chat to default to"
        case .badID: "'id' must be a string or a number"
        case .badParams: "'params' must be an object"
        case .besideParams(let key): "with 'params' all parameters go there, also '\(Self.start(of: key))'"
        case .stateTooLong(let bytes):
            "a state of \(bytes) bytes; at most \(OutgoingEvent.stateLimit) are kept for a scope"
        case .notAString(let field, let type): "\(type): '\(field)' must be a string"
        }
    }

    /// Names may be as long as a line, and this is said to the log and to the child.
    private static func start(of name: String) -> String {
        name.count <= longestName ? name : name.prefix(longestName) + "…"
    }

    private static let longestName = 100

    /// `telegram.sendMessage` and `sendMessage` are what fingers write, and `telegramm.send_message`.
    private static func hint(_ type: String) -> String {
        // The scope line's own type resembles no method.
        guard type != "telegram", type.utf8.count <= longestName else { return "" }
        let name = type.firstIndex(of: ".").map { String(type[type.index(after: $0)...]) } ?? type
        let written = self.type(of: name)
        let known = written.flatMap { types.contains($0) ? $0 : nil }
        let near = known ?? SpellingSuggestion.name(to: name, among: names).flatMap(self.type(of:))
        // A method of tomorrow is known by how it is written.
        let suggestion =
            near ?? (type.hasPrefix("telegram.") || written?.contains("_") == true ? written : nil)
        return suggestion.map { $0 == type ? "" : "; did you mean \($0)?" } ?? ""
    }

    /// What a child writes for a method of this name, in whatever spelling; nil for what can't be one.
    private static func type(of name: String) -> String? {
        guard name.first?.isLetter == true else { return nil }
        var snake = ""
        for character in name {
            guard character.isASCII, character.isLetter || character.isNumber || character == "_" else {
                return nil
            }
            snake += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
        // `SendMessage` begins with no underscore.
        return "telegram." + snake.split(separator: "_").joined(separator: "_")
    }

    // Made when a line is wrong for the first time.
    private static let names = Methods.names.union(["ack", "state", "keep_alive", "download_file"])
    private static let types = Set(names.compactMap(type(of:)))
}
