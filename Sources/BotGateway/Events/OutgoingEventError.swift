import BotAPI
import JSON

/// Why a child's line was dropped. The child keeps running.
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
    case valueTooLong(bytes: Int)
    case wakeTooLate
    case notAString(String, type: String)
    case notABool(String, type: String)

    /// Whether the line is text rather than a faulty object.
    package func isText(_ line: some Sequence<UInt8>) -> Bool {
        switch self {
        case .notJSON, .notAnObject: line.first { $0 != 0x20 && $0 != 0x09 } != UInt8(ascii: "{")
        default: false
        }
    }

    package var description: String {
        switch self {
        case .notJSON(let error): "not JSON: \(error.reason) at column \(error.column)"
        case .notAnObject: "expected one JSON object per line"
        case .tooLong(let limit): "longer than \(limit) bytes; --max-line sets the limit"
        case .missingType: "it needs a 'type', such as telegram.send_message"
        case .unknownType(let type):
            "unknown type '\(Self.start(of: type))'; 'man 5 pipegram' lists all types\(Self.hint(type))"
        case .missing(let field, let type): "\(type) needs '\(field)'"
        case .missingChat(let type, let scope): "\(type) needs 'chat_id': \(scope) has no chat to default to"
        case .badID: "'id' must be a string or a number"
        case .badParams: "'params' must be an object"
        case .besideParams(let key): "'\(Self.start(of: key))' is outside of 'params': move it there"
        case .stateTooLong(let bytes):
            "the state has \(bytes) bytes; the limit is \(OutgoingEvent.stateLimit)"
        case .valueTooLong(let bytes):
            "the value has \(bytes) bytes; the limit is \(OutgoingEvent.stateLimit)"
        case .wakeTooLate:
            "telegram.wake: 'at' is after the year 5000: give seconds since 1970, not milliseconds"
        case .notAString(let field, let type): "\(type): '\(field)' must be a string"
        case .notABool(let field, let type): "\(type): '\(field)' must be true or false"
        }
    }

    /// Truncates a name for the log and the child: it may be as long as a line.
    private static func start(of name: String) -> String {
        name.count <= longestName ? name : name.prefix(longestName) + "…"
    }

    private static let longestName = 100

    /// Suggests the right type for usual mistakes such as `telegram.sendMessage`, `sendMessage` and
    /// `telegramm.send_message`.
    private static func hint(_ type: String) -> String {
        // `telegram` is the scope line's type and resembles no method.
        guard type != "telegram", type.utf8.count <= longestName else { return "" }
        let name = type.firstIndex(of: ".").map { String(type[type.index(after: $0)...]) } ?? type
        let written = self.type(of: name)
        let known = written.flatMap { types.contains($0) ? $0 : nil }
        let near = known ?? SpellingSuggestion.name(to: name, among: names).flatMap(self.type(of:))
        // A method that is newer than the gateway is recognized by its form.
        let suggestion =
            near ?? (type.hasPrefix("telegram.") || written?.contains("_") == true ? written : nil)
        return suggestion.map { $0 == type ? "" : "; did you mean \($0)?" } ?? ""
    }

    /// The type for a method's name in any spelling; nil for a text that can't be a method's name.
    private static func type(of name: String) -> String? {
        guard name.first?.isLetter == true else { return nil }
        var snake = ""
        for character in name {
            guard character.isASCII, character.isLetter || character.isNumber || character == "_" else {
                return nil
            }
            snake += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
        // Splitting also removes the leading underscore that `SendMessage` gets.
        return "telegram." + snake.split(separator: "_").joined(separator: "_")
    }

    // Created when a line is wrong for the first time.
    private static let names = Methods.names.union(["ack", "state", "keep_alive", "wake", "download_file"])
    private static let types = Set(names.compactMap(type(of:)))
}
