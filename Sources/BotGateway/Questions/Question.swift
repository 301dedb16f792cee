import BotAPI
import JSON

/// A question to a chat, as `pipegram ask` puts it.
package struct Question {
    /// A chat's id, or the `@name` of a channel or group.
    let chat: JSON
    let text: String
    /// Their texts; empty if a reply to the question answers it.
    let buttons: [String]
    /// Nil if everyone in the chat may answer.
    let users: AllowList?
    /// Nil to wait forever.
    package let timeout: Duration?

    /// The exit code of the last button; higher ones are those of errors.
    nonisolated package static let mostButtons = 50
    private static let longestTimeout = 1e9

    /// Reads `{"chat_id":…,"text":"…","buttons":[…],"users":[…],"timeout":SECONDS}`.
    package init(_ json: JSON) throws(QuestionError) {
        guard let chat = json["chat_id"], chat.integer != nil || chat.string != nil else {
            throw .missing("chat_id")
        }
        guard let text = json["text"]?.string, text.contains(where: { !$0.isWhitespace }) else {
            throw .missing("text")
        }
        (self.chat, self.text) = (chat, text)
        buttons = try Self.strings(json["buttons"], "buttons")
        guard buttons.count <= Self.mostButtons else { throw .tooManyButtons }
        guard buttons.allSatisfy({ $0.contains { !$0.isWhitespace } }) else { throw .emptyButton }
        users = try Self.allowList(Self.strings(json["users"], "users"))
        // The id of a private chat is its user's.
        if let chat = chat.integer, chat > 0, let users, !users.mayAdmit(user: chat) {
            throw .nobodyThere(chat)
        }
        timeout = try Self.timeout(json["timeout"])
    }

    private static func strings(_ json: JSON?, _ key: String) throws(QuestionError) -> [String] {
        guard let json, !json.isNull else { return [] }
        let strings = json.elements.compactMap(\.string)
        guard json.isArray, strings.count == json.count else { throw .notStrings(key) }
        return strings
    }

    private static func allowList(_ users: [String]) throws(QuestionError) -> AllowList? {
        var list = AllowList()
        for user in users {
            do throws(AllowList.Entry.Malformed) {
                list.add(try AllowList.Entry(user: user))
            } catch {
                throw .badUser(user)
            }
        }
        return list.isEmpty ? nil : list
    }

    private static func timeout(_ json: JSON?) throws(QuestionError) -> Duration? {
        guard let json, !json.isNull else { return nil }
        guard let seconds = json.number, seconds >= 0 else { throw .badTimeout }
        return .seconds(min(seconds, longestTimeout))
    }

    /// Whether this user may answer.
    func admits(_ user: JSON?) -> Bool {
        guard let users else { return true }
        return users.admits(user: user?["id"]?.integer, name: user?["username"]?.string)
    }
}

/// Why something is no question.
package enum QuestionError: Error, Equatable, CustomStringConvertible {
    case missing(String)
    case notStrings(String)
    case tooManyButtons
    case emptyButton
    case badUser(String)
    case nobodyThere(Int64)
    case badTimeout

    package var description: String {
        switch self {
        case .missing(let key): "ask needs '\(key)'"
        case .notStrings(let key): "'\(key)' must be an array of strings"
        case .tooManyButtons: "at most \(Question.mostButtons) buttons are allowed"
        case .emptyButton: "a button needs a text"
        case .badUser(let user):
            "Invalid user '\(user)': it must be an id, such as 42, or a name, such as @ada"
        case .nobodyThere(let chat):
            "chat \(chat) is the private chat with user \(chat), so no other user can answer there: "
                + "ask each user in their own chat, or ask in a group"
        case .badTimeout: "'timeout' must be a number of seconds"
        }
    }
}

/// The outcome of a question.
package enum Answer {
    /// - Parameter button: the button's number, from 0 on; nil for a reply.
    case given(String, button: Int?, by: JSON)
    case timedOut

    package var json: JSON {
        switch self {
        case .timedOut: return ["timed_out": true]
        case .given(let text, let button, let user):
            return ["answer": JSON(text), "button": button.map { JSON($0) } ?? .null, "user": user]
        }
    }
}
