import Glibc
import JSON
import Reactor
import TelegramSimulator

/// Lets one person act as several users: tracks the current user and chat, and the last messages.
package final class Conversation {
    /// The kind of chat that a user writes in.
    enum Place: Hashable {
        case privateChat
        case group(Int64, topic: Int64?)
    }

    /// The immediate result of a typed line, apart from the bot's reaction.
    package enum Outcome {
        case done
        /// A remark for an interactive user.
        case hint(String)
        /// The line is only partly executed: show the remark, and execute the line again. A script waits until the bot
        /// has processed the first part.
        case incomplete(String)
        /// An action of the app itself, such as `opens https://…`.
        case appAction(String)
        /// A `Message` that a user sent via the bot.
        case inlineMessage(JSON, by: String)
    }

    /// The reason why a typed line failed.
    package struct ActionError: Error, CustomStringConvertible {
        package let description: String
    }

    private struct Group {
        let title: String
        let isForum: Bool
        /// By `message_thread_id`.
        var topics: [Int64: String] = [:]
    }

    let telegram: SimulatedTelegram
    private(set) var speaker: Int64 = 0
    private(set) var place = Place.privateChat
    private var people: [Int64: String] = [:]
    private var groups: [Int64: Group] = [:]
    private var lastGroup: Int64?
    private var lastChannel: String?
    private(set) var targets = DefaultTargets()

    /// The first user is called You.
    package init(with telegram: SimulatedTelegram) {
        self.telegram = telegram
        try? switchUser(to: "You", username: nil)
    }

    /// The current user and chat: `You`, `Bob in Book club/News`.
    package var title: String {
        let name = people[speaker] ?? ""
        guard case .group(let id, let topic) = place, let group = groups[id] else { return name }
        return "\(name) in \(group.title)" + (topic.flatMap { group.topics[$0] }.map { "/\($0)" } ?? "")
    }

    /// The current chat's id; a private chat has its user's id.
    package var chat: Int64 {
        guard case .group(let id, _) = place else { return speaker }
        return id
    }

    /// The name of another chat, or of another topic in the current chat; nil for the current chat and topic.
    func name(of other: Int64, topic: Int64? = nil) -> String? {
        if other != chat { return groups[other]?.title ?? people[other] ?? "chat \(other)" }
        guard case .group(let id, let current) = place, topic != current else { return nil }
        return topic.flatMap { groups[id]?.topics[$0] } ?? "General"
    }

    func name(of person: Int64) -> String { people[person] ?? "user \(person)" }

    // MARK: bot actions

    /// Remembers the messages that later commands refer to.
    package func observe(_ action: BotAction) { targets.observe(action) }

    /// The reply keyboard in the current chat; nil for none.
    package var keyboard: JSON? {
        telegram.keyboard(in: chat)
    }

    /// The local path of a message's photo; nil if it has none or the photo isn't a local file.
    package func picture(in message: JSON) -> String? {
        guard let id = message["photo"]?.elements.last?["file_id"],
            let file = try? telegram.answer("getFile", ["file_id": id]).get(),
            case .file(let found)? = telegram.files.served(file["file_path"]?.string ?? "")?.contents
        else { return nil }
        return found.resolvedPath
    }

    // MARK: user actions

    /// Executes a line. The simulated Telegram then creates the updates for the bot.
    package func execute(_ line: TypedLine) throws(ActionError) -> Outcome {
        switch line {
        case .empty, .help, .quit: break
        case .say(let text): try send("sendMessage", ["text": JSON(text)])
        case .switchUser(let name, let username): try switchUser(to: name, username: username)
        case .openPrivateChat: place = .privateChat
        case .openGroup(let title): return try openGroup(title)
        case .openTopic(let name): return try openTopic(name)
        case .openDirectMessages(let channel): return try openDirectMessages(channel)
        case .send(let file): try send(file)
        case .press(let button): return try press(button)
        case .edit(let message, let text):
            let id = try require(
                message ?? targets.message(of: speaker, in: chat), "you haven't sent a message here")
            try performInChat("editMessageText", ["message_id": JSON(id), "text": JSON(text)])
        case .delete(let message):
            let id = try require(
                message ?? targets.message(of: speaker, in: chat), "you haven't sent a message here")
            try performInChat("deleteMessage", ["message_id": JSON(id)])
        case .react(let emoji, let message):
            let id = try require(message ?? targets.botMessage[chat], "the bot hasn't sent a message here")
            let reaction: JSON = emoji.isEmpty ? [] : [["type": "emoji", "emoji": JSON(emoji)]]
            try performInChat("setMessageReaction", ["message_id": JSON(id), "reaction": reaction])
        case .reply(let message, let text):
            try send("sendMessage", ["text": JSON(text), "reply_parameters": ["message_id": JSON(message)]])
        case .inlineQuery(let query): try performInChat("sendInlineQuery", ["query": JSON(query)])
        case .chooseInlineResult(let number): return .inlineMessage(try choose(number), by: name(of: speaker))
        case .vote(let numbers):
            let id = try require(targets.poll[chat], "there is no poll here")
            try performInChat(
                "votePoll", ["message_id": JSON(id), "option_ids": JSON(numbers.map { JSON($0 - 1) })])
        case .block:
            try performInChat("blockBot", [:])
            return .hint("the bot is blocked; /unblock unblocks it")
        case .unblock:
            try performInChat("unblockBot", [:])
            return .hint("the bot is unblocked")
        }
        return .done
    }

    private func require(_ message: Int64?, _ otherwise: String) throws(ActionError) -> Int64 {
        guard let message else { throw ActionError(description: otherwise) }
        return message
    }

    /// Performs a user's action in the current chat.
    @discardableResult
    func performInChat(_ action: String, _ parameters: JSON, files: [ReceivedFile] = [])
        throws(ActionError)
        -> JSON
    {
        var parameters = parameters
        if case .group(let id, let topic) = place {
            parameters.set("chat_id", JSON(id))
            if let topic, action.hasPrefix("send") { parameters.set("message_thread_id", JSON(topic)) }
        }
        return try perform(action, parameters, files: files)
    }

    /// - Parameter person: nil for the current user.
    @discardableResult
    private func perform(
        _ action: String, _ parameters: JSON, as person: Int64? = nil, files: [ReceivedFile] = []
    ) throws(ActionError) -> JSON {
        switch telegram.perform(action, parameters, as: person ?? speaker, files: files) {
        case .success(let result): return result
        case .failure(let error): throw ActionError(description: "can't do that: \(error.reason)")
        }
    }

    private func send(_ action: String, _ parameters: JSON, files: [ReceivedFile] = []) throws(ActionError) {
        let message = try performInChat(action, parameters, files: files)
        if let id = message["message_id"]?.integer { targets.sent(id, by: speaker, in: chat) }
    }

    private func send(_ sent: TypedLine.SentFile) throws(ActionError) {
        let path = sent.path.hasPrefix("~/") ? home + sent.path.dropFirst() : sent.path
        let name = path.baseName ?? "file"
        let file = ReceivedFile(part: sent.kind, name: name, file: try open(path))
        var parameters: JSON = [sent.kind: JSON("attach://\(sent.kind)")]
        if !sent.caption.isEmpty { parameters.set("caption", JSON(sent.caption)) }
        try send(sent.method, parameters, files: [file])
    }

    private func open(_ path: String) throws(ActionError) -> InputFile {
        do throws(InputFile.Refusal) {
            return try InputFile(path)
        } catch {
            throw ActionError(description: error.description)
        }
    }

    private var home: String { getenv("HOME").map { String(cString: $0) } ?? "~" }

    private func choose(_ number: Int) throws(ActionError) -> JSON {
        let results = targets.inlineResults[speaker] ?? []
        guard results.indices.contains(number - 1), let id = results[number - 1]["id"] else {
            throw ActionError(
                description: results.isEmpty
                    ? "there are no inline results; get some with /inline QUERY"
                    : "there \(results.count == 1 ? "is only 1 result" : "are only \(results.count) results")"
            )
        }
        let message = try performInChat("chooseInlineResult", ["result_id": id])
        targets.observe(inlineMessage: message, by: speaker)
        return message
    }

    // MARK: current user and chat

    private func switchUser(to name: String, username: String?) throws(ActionError) {
        if let known = people.first(where: { $0.value == name })?.key {
            speaker = known
            return
        }
        let id = 42 + Int64(people.count)
        var user: JSON = ["id": JSON(id), "first_name": JSON(name), "language_code": "en"]
        username.map { user.set("username", JSON($0)) }
        speaker = id
        people[id] = name
        try perform("createUser", user)
    }

    private func openGroup(_ title: String?, isForum: Bool = false) throws(ActionError) -> Outcome {
        let known = title.map { title in groups.first { $0.value.title == title }?.key } ?? lastGroup
        if let known, !isForum || groups[known]?.isForum == true {
            place = .group(known, topic: nil)
            lastGroup = known
            return .done
        }
        let title = title ?? (isForum ? "Forum" : "Group")
        let chat = try perform("createGroup", ["title": JSON(title), "is_forum": JSON(isForum)])
        guard let id = chat["id"]?.integer else { return .done }
        groups[id] = Group(title: title, isForum: isForum)
        place = .group(id, topic: nil)
        lastGroup = id
        return .hint("\(title) is created, and the bot is a member")
    }

    private func openTopic(_ name: String?) throws(ActionError) -> Outcome {
        var outcome = Outcome.done
        if case .group(let id, _) = place, groups[id]?.isForum == true {
            place = .group(id, topic: nil)
        } else if let forum = groups.filter({ $0.value.isForum }).keys.min() {
            place = .group(forum, topic: nil)
            lastGroup = forum
        } else {
            outcome = try openGroup(nil, isForum: true)
            // The bot must get the forum's update before the topic's.
            if name != nil, case .hint(let words) = outcome { return .incomplete(words) }
        }
        guard let name, case .group(let id, _) = place else { return outcome }
        if let known = groups[id]?.topics.first(where: { $0.value == name })?.key {
            place = .group(id, topic: known)
        } else {
            let topic = try perform("createForumTopic", ["chat_id": JSON(id), "name": JSON(name)])
            guard let thread = topic["message_thread_id"]?.integer else { return outcome }
            groups[id]?.topics[thread] = name
            place = .group(id, topic: thread)
        }
        return outcome
    }

    /// The owner of all channels, so that every user of the conversation writes as a stranger.
    private static let channelOwner: Int64 = 1

    private func openDirectMessages(_ named: String?) throws(ActionError) -> Outcome {
        let channel = named ?? lastChannel ?? "Channel"
        let title = "\(channel) (direct messages)"
        lastChannel = channel
        if let known = groups.first(where: { $0.value.title == title })?.key {
            place = .group(known, topic: nil)
            return .done
        }
        let created = try perform("createChannel", ["title": JSON(channel)], as: Self.channelOwner)
        let chat = try perform("openDirectMessages", ["chat_id": created["id"] ?? .null])
        guard let id = chat["id"]?.integer else { return .done }
        groups[id] = Group(title: title, isForum: false)
        place = .group(id, topic: nil)
        return .hint("\(channel) is created, and the bot is its administrator")
    }
}
