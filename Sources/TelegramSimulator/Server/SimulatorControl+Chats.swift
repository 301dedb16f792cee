import BotAPI
import JSON
import Reactor

/// A chat as the page shows it.
extension SimulatorControl {
    func chat(_ id: String, _ telegram: SimulatedTelegram) throws(BotAPIError) -> SimulatedChat {
        guard let chat = Int64(id).flatMap({ telegram.chats[$0] }) else {
            throw BotAPIError(
                code: 404, reason: "Not Found: unknown chat \(id); GET /simulator/chats lists them")
        }
        return chat
    }

    /// The contents of a file. Fails if it is unknown, or its contents were dropped.
    func file(_ id: String) throws(BotAPIError) -> ServedFile.Contents {
        guard let contents = server.telegram.files.contents(id) else { throw .notFound }
        return contents
    }

    /// A chat with its members, topics, keyboard, commands, and newest messages. The parameters are `limit`, `before` and
    /// `from`, the number of messages, the id that they precede, and the id of the first one; and `user_id`, the user who
    /// sees the commands.
    func overview(
        ofChat id: String, _ arguments: Arguments, _ telegram: SimulatedTelegram
    ) throws(BotAPIError) -> JSON {
        let chat = try chat(id, telegram)
        let limit = try arguments.count("limit") ?? 50
        let before = try arguments.count("before") ?? .max
        let first = try arguments.count("from") ?? 0
        let known = chat.messages.ids.filter { $0 < before }
        let ids = known.filter { $0 >= first }.suffix(limit)
        let messages = ids.compactMap { chat.messages[$0] }
        var json: JSON = [
            "chat": chat.json, "bot": telegram.bot, "is_blocked": JSON(chat.isBlocked),
            "messages": JSON(messages), "has_earlier": JSON(known.count > ids.count),
            "pinned": JSON(chat.pinned.map { JSON($0) }),
            "members": JSON(chat.members.sorted { $0.key < $1.key }.map(\.value.json)),
            "topics": JSON(chat.topics.sorted { $0.key < $1.key }.map { Self.json(of: $1, id: $0) }),
            "reactions": JSON(ids.flatMap { Self.reactions(to: $0, in: chat) }),
            "votes": JSON(messages.flatMap(votes)),
        ]
        chat.keyboard.map { json.set("keyboard", $0) }
        let user = try arguments.count("user_id").map(Int64.init) ?? chat.id
        json.set(
            "paid", JSON(ids.filter { telegram.hasPaid(for: $0, in: chat.id, user) }.map { JSON($0) }))
        json.set("commands", telegram.commands(in: chat, for: user))
        if chat.id > 0 { json.set("menu_button", telegram.menuButton(in: chat.id)) }
        return json
    }

    private static func json(of topic: SimulatedChat.Topic, id: Int64) -> JSON {
        [
            "message_thread_id": JSON(id), "name": JSON(topic.name), "is_closed": JSON(topic.isClosed),
            "icon_color": JSON(topic.iconColor),
        ]
    }

    private static func reactions(to id: Int64, in chat: SimulatedChat) -> [JSON] {
        chat.reactions[id, default: [:]].sorted { $0.key < $1.key }.map { user, reaction in
            ["message_id": JSON(id), "user_id": JSON(user), "reaction": reaction]
        }
    }

    private func votes(in message: JSON) -> [JSON] {
        let poll = message["poll"]?["id"]?.string.flatMap { server.telegram.shared.polls[$0] }
        return (poll?.votes ?? [:]).sorted { $0.key < $1.key }.map { voter, options in
            [
                "message_id": message["message_id"] ?? 0, "user_id": JSON(voter),
                "option_ids": JSON(options.map { JSON($0) }),
            ]
        }
    }
}

extension Arguments {
    /// A number that isn't negative; nil if the parameter is missing.
    func count(_ name: String) throws(BotAPIError) -> Int? {
        guard json[name] != nil else { return nil }
        guard let count = Int(text(name)), count >= 0 else {
            throw .badRequest("\(name) must be a number from 0 on")
        }
        return count
    }
}
