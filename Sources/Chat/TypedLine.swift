/// A line typed in `pipegram chat`: a message, or a command of the chat itself.
///
/// Bots have slash commands too. A command that the chat doesn't know, such as `/start`, is sent to the bot. A
/// second slash sends any command: `//help` sends `/help`.
package enum TypedLine: Equatable {
    case empty
    case say(String)
    /// Switches to another user; `username` has no `@`.
    case switchUser(name: String, username: String?)
    case openPrivateChat
    /// Nil for the last group.
    case openGroup(title: String?)
    /// Nil for the group's general topic.
    case openTopic(name: String?)
    /// The direct messages of a channel; nil for the last channel.
    case openDirectMessages(channel: String?)
    case send(SentFile)
    /// A button of the last message with buttons, by its number (from 1) or text.
    case press(String)
    case edit(message: Int64?, text: String)
    case delete(message: Int64?)
    /// An empty emoji removes the reaction.
    case react(emoji: String, message: Int64?)
    case reply(message: Int64, text: String)
    /// An inline query, which users type after the bot's name in any chat.
    case inlineQuery(String)
    /// An inline result, by its number.
    case chooseInlineResult(Int)
    /// Options of the last poll, by number; an empty list retracts the vote.
    case vote([Int])
    case block
    case unblock
    case help
    case quit

    /// A local file to send.
    package struct SentFile: Equatable {
        package var path: String
        package fileprivate(set) var caption: String
        /// The Bot API method, such as `sendPhoto`.
        package var method: String

        /// The method's parameter for the file, such as `photo`.
        package var kind: String { method.dropFirst("send".count).lowercased() }
    }

    /// A command with wrong arguments.
    package struct UsageError: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package init(_ line: String) throws(UsageError) {
        let text = line.trimmingBlanks
        guard text.hasPrefix("/"), !text.hasPrefix("//") else {
            self = text.isEmpty ? .empty : .say(text.hasPrefix("//") ? String(text.dropFirst()) : text)
            return
        }
        let word = text.prefix { !$0.isWhitespace }
        let rest = text[word.endIndex...].trimmingBlanks
        self = try Self.command(String(word), rest) ?? .say(text)
    }

    /// Nil if the word isn't a command of the chat.
    private static func command(_ word: String, _ rest: String) throws(UsageError) -> TypedLine? {
        let error = UsageError(description: "usage: \(usage(of: word))")
        switch word {
        case "/as": return try speaker(rest, error)
        case "/private": return .openPrivateChat
        case "/group": return .openGroup(title: rest.nilIfEmpty)
        case "/topic": return .openTopic(name: rest.nilIfEmpty)
        case "/direct": return .openDirectMessages(channel: rest.nilIfEmpty)
        case "/photo": return .send(try file(rest, error) { _ in "sendPhoto" })
        case "/file": return .send(try file(rest, error, method))
        case "/press": return .press(try require(rest, error))
        case "/edit":
            let (id, text) = leadingID(rest)
            return .edit(message: id, text: try require(text, error))
        case "/delete":
            guard !rest.isEmpty else { return .delete(message: nil) }
            return .delete(message: try id(rest, error))
        case "/react": return try reaction(rest, error)
        case "/reply":
            let (id, text) = leadingID(rest)
            guard let id else { throw error }
            return .reply(message: id, text: try require(text, error))
        case "/inline": return .inlineQuery(rest)
        case "/choose":
            guard let number = Int(rest), number > 0 else { throw error }
            return .chooseInlineResult(number)
        case "/vote":
            let words = rest.split(whereSeparator: { $0 == " " || $0 == "," })
            let numbers = words.compactMap { Int($0) }.filter { $0 > 0 }
            guard numbers.count == words.count else { throw error }
            return .vote(numbers)
        case "/block": return .block
        case "/unblock": return .unblock
        case "/help": return .help
        case "/quit": return .quit
        default: return nil
        }
    }

    private static func require(_ text: String, _ error: UsageError) throws(UsageError) -> String {
        guard !text.isEmpty else { throw error }
        return text
    }

    private static func id(_ word: String, _ error: UsageError) throws(UsageError) -> Int64 {
        guard let id = Int64(word.hasPrefix("#") ? String(word.dropFirst()) : word), id > 0 else {
            throw error
        }
        return id
    }

    /// Splits off a message number before the text: `7 yes`, `#7 yes`.
    private static func leadingID(_ text: String) -> (id: Int64?, text: String) {
        let word = text.prefix { !$0.isWhitespace }
        let digits = word.hasPrefix("#") ? word.dropFirst() : word
        guard let id = Int64(digits), id > 0, word.endIndex != text.endIndex else { return (nil, text) }
        return (id, text[word.endIndex...].trimmingBlanks)
    }

    private static func speaker(_ rest: String, _ error: UsageError) throws(UsageError) -> TypedLine {
        let words = rest.split(separator: " ")
        let name = words.filter { !$0.hasPrefix("@") }.joined(separator: " ")
        let username = words.first { $0.hasPrefix("@") }.map { String($0.dropFirst()) }
        return .switchUser(name: try require(name, error), username: username?.nilIfEmpty)
    }

    private static func reaction(_ rest: String, _ error: UsageError) throws(UsageError) -> TypedLine {
        let words = rest.split(separator: " ").map(String.init)
        switch words.count {
        case 0: return .react(emoji: "", message: nil)
        case 1:
            // A number alone removes the reaction to that message.
            if let id = try? id(words[0], error) { return .react(emoji: "", message: id) }
            return .react(emoji: words[0], message: nil)
        case 2: return .react(emoji: words[0], message: try id(words[1], error))
        default: throw error
        }
    }

    // MARK: files

    /// Parses a path, quoted if it has spaces, and an optional caption.
    private static func file(
        _ text: String, _ error: UsageError, _ method: (String) -> String
    ) throws(UsageError) -> SentFile {
        var rest = text[...]
        var path = ""
        if let quote = rest.first, quote == "\"" || quote == "'" {
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: quote) else { throw error }
            path = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
        } else {
            while let next = rest.first, next != " " {
                rest = rest.dropFirst()
                // Backslash escapes, as in a shell and in paths dropped onto a terminal.
                path.append(next == "\\" ? rest.popFirst() ?? next : next)
            }
        }
        return SentFile(
            path: try require(path, error), caption: rest.trimmingBlanks, method: method(path))
    }

    /// The method that Telegram's apps would use, except that pictures are sent as documents: `/photo` sends photos.
    private static func method(for path: String) -> String {
        switch path.split(separator: ".").last?.lowercased() {
        case "mp3", "m4a", "flac": "sendAudio"
        case "ogg", "oga", "opus": "sendVoice"
        case "mp4", "mov", "webm": "sendVideo"
        case "gif": "sendAnimation"
        default: "sendDocument"
        }
    }

    // MARK: help

    private static func usage(of command: String) -> String {
        usage.first { $0.line.split(separator: " ").first.map(String.init) == command }?.line ?? command
    }

    /// The commands and their descriptions.
    package static let usage: [(line: String, meaning: String)] = [
        ("/as NAME [@USERNAME]", "switch to another user, created on first use"),
        ("/group [TITLE]", "go to a group with the bot, created on first use"),
        ("/topic [NAME]", "go to a forum topic, or to the general topic"),
        ("/direct [CHANNEL]", "go to a channel's direct messages, created on first use"),
        ("/private", "go back to the private chat with the bot"),
        ("/photo FILE [CAPTION]", "send a picture"),
        ("/file FILE [CAPTION]", "send a file; audio and video are sent as such"),
        ("/press 2", "press a button, by number or text: /press Yes"),
        ("/reply 5 TEXT", "reply to message 5"),
        ("/edit [5] TEXT", "edit your last message, or message 5"),
        ("/delete [5]", "delete your last message, or message 5"),
        ("/react 👍 [5]", "react to the bot's last message, or to message 5"),
        ("/vote 1 [2 …]", "vote in the last poll; no number retracts the vote"),
        ("/inline QUERY", "send an inline query, like typing @botname QUERY"),
        ("/choose 1", "send an inline result"),
        ("/block", "block the bot"),
        ("/unblock", "unblock the bot"),
        ("/quit", "exit, like Ctrl-D"),
        ("/help", "show this list"),
        ("//help", "send /help to the bot; unlisted commands need no //"),
    ]
}

extension StringProtocol {
    /// The text without surrounding white space.
    fileprivate var trimmingBlanks: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension String {
    fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
